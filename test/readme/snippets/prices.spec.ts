import { Test } from '@nestjs/testing';
import {
  BetfairStream,
  type MarketChangeMessage,
  type StreamOptions,
} from 'nestjs-betfair-session/stream';
import { of } from 'rxjs';
import { PricesService } from './prices.service.js';

const image: MarketChangeMessage = {
  op: 'mcm',
  id: 2,
  ct: 'SUB_IMAGE',
  pt: 0,
  mc: [{ id: '1.2', img: true, rc: [{ id: 7, batb: [[0, 3.5, 20]] }] }],
};
const change: MarketChangeMessage = {
  op: 'mcm',
  id: 2,
  pt: 1_000,
  mc: [{ id: '1.2', rc: [{ id: 7, batb: [[0, 3.6, 12]] }] }],
};

async function pricesAfter(...messages: MarketChangeMessage[]): Promise<PricesService> {
  const stream = {
    status: [{}],
    messages({ subscription }: StreamOptions) {
      stream.status = [{ subscription, state: 'subscribed' }];
      return of(...messages);
    },
  };
  const module = await Test.createTestingModule({
    providers: [PricesService, { provide: BetfairStream, useValue: stream }],
  }).compile();
  await module.init();
  return module.get(PricesService);
}

it('a change replaces the price of the image', async () => {
  const prices = await pricesAfter(image, change);
  expect(prices.bestToBack('1.2', 7)).toBe(3.6);
});

it('a size of 0 removes the price', async () => {
  const gone = { ...change, mc: [{ id: '1.2', rc: [{ id: 7, batb: [[0, 0, 0] as const] }] }] };
  const prices = await pricesAfter(image, gone);
  expect(prices.bestToBack('1.2', 7)).toBeUndefined();
});

it('a price that Betfair calls late is not shown', async () => {
  const prices = await pricesAfter(image, { ...change, status: 503 });
  expect(prices.bestToBack('1.2', 7)).toBeUndefined();
});
