import { readFile } from 'node:fs/promises';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  BetfairSessionModule,
  getSessionOptionsToken,
  getSessionServiceToken,
  SessionService,
} from 'nestjs-betfair-session';
import { betfairSessionConfig, betfairSessionConfigFor } from 'nestjs-betfair-session/config';
import { BetfairStream, BetfairStreamModule } from 'nestjs-betfair-session/stream';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { until } from '../support/betting.js';
import { pages } from './blocks.js';
import { ChosenMarketsService } from './snippets/chosen-markets.service.js';
import { OpenOrdersService } from './snippets/open-orders.service.js';
import { PricesService } from './snippets/prices.service.js';
import { StreamHealthController } from './snippets/stream-health.controller.js';
import { TraderService } from './snippets/trader.service.js';
import { AllOrdersService, TwoStreamsModule } from './snippets/two-streams.module.js';

const MARKET = '1.234567890';
const RUNNER = 47_972;

let simulator: BetfairSimulator;
let app: INestApplication | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
  await simulator.stop();
});

async function start(metadata: ModuleMetadata): Promise<INestApplication> {
  simulator = await BetfairSimulator.start();
  const account = BetfairSessionModule.forRoot(simulator.options());
  const module = await Test.createTestingModule({
    ...metadata,
    imports: [account, BetfairStreamModule.forRoot()],
  })
    .overrideProvider(getSessionOptionsToken())
    .useValue(simulator.options())
    .compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  return app;
}

function waitingOrder(sessions: SessionService): Promise<unknown> {
  const limitOrder = { size: 2, price: 1_000, persistenceType: 'LAPSE' };
  return sessions.call('SportsAPING/v1.0/placeOrders', {
    marketId: MARKET,
    instructions: [{ selectionId: RUNNER, side: 'BACK', orderType: 'LIMIT', limitOrder }],
  });
}

it('stream-health.controller: is 503 while a subscription is not served, and says why without a secret', async () => {
  const running = await start({
    controllers: [StreamHealthController],
    providers: [OpenOrdersService],
  });
  const health = async () => fetch(`${await running.getUrl()}/health/stream`);
  const stream = running.get(BetfairStream);
  await until(() => stream.status[0]?.state === 'subscribed');
  expect((await health()).status).toBe(200);

  simulator.stream.fail('NOT_AUTHORIZED', { times: Infinity });
  simulator.stream.cut();
  await until(() => stream.status[0]?.error?.code === 'BETFAIR_STREAM_REFUSED');
  const answer = await health();
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({
    streams: [
      {
        subscription: { op: 'orderSubscription' },
        state: expect.stringMatching(/waiting|connecting/),
        since: expect.stringMatching(/^\d{4}-/),
        failures: expect.any(Number),
        error: { code: 'BETFAIR_STREAM_REFUSED', errorCode: 'NOT_AUTHORIZED', retryable: false },
      },
    ],
  });
});

it('trader.service: cancels its orders when prices stay away', async () => {
  const running = await start({ providers: [PricesService, OpenOrdersService, TraderService] });
  const orders = running.get(OpenOrdersService);
  await waitingOrder(running.get(SessionService));
  await until(() => orders.all.length === 1);
  simulator.stream.cut();
  await until(() => orders.all.length === 0);
});

it('chosen-markets.service: moves to what is chosen, on one connection', async () => {
  const running = await start({ providers: [ChosenMarketsService] });
  const chosen = running.get(ChosenMarketsService);
  expect(simulator.stream.counts.connections).toBe(0);
  chosen.choose([MARKET]);
  await until(() => chosen.messages > 0);
  chosen.choose(['1.234567892', '1.234567894']);
  await until(() => simulator.stream.counts.subscriptions === 2 && chosen.messages > 1);
  await until(() => simulator.stream.counts.open === 1);
  chosen.choose([]);
  await until(() => simulator.stream.counts.open === 0);
});

it('two-streams.module: each account has its own stream', async () => {
  simulator = await BetfairSimulator.start({
    accounts: [{ username: 'main' }, { username: 'italy', jurisdiction: 'italy' }],
  });
  const module = await Test.createTestingModule({ imports: [TwoStreamsModule] })
    .overrideProvider(betfairSessionConfig.KEY)
    .useValue(simulator.options('main'))
    .overrideProvider(betfairSessionConfigFor('italy').KEY)
    .useValue(simulator.options('italy'))
    .compile();
  app = module.createNestApplication({ logger: false });
  await app.init();
  const orders = app.get(AllOrdersService);
  await until(() => simulator.stream.counts.subscriptions === 2);
  await waitingOrder(app.get(SessionService));
  await waitingOrder(app.get<SessionService>(getSessionServiceToken('italy')));
  await until(() => orders.changes === 2);
});

it('docs/stream.md has a row for every code that the client knows, and for no other', async () => {
  simulator = await BetfairSimulator.start();
  const source = await readFile('lib/stream/protocol/stream.refusals.ts', 'utf8');
  const known = Array.from(source.matchAll(/^ {2}\| '(\w+)'/gm), ([, code = '']) => code);
  expect(known.length).toBeGreaterThan(10);
  const page = pages.find(({ path }) => path === 'docs/stream.md')?.text ?? '';
  const rows = Array.from(page.matchAll(/^\| (`[A-Z_`, ]+`) +\|/gm), ([, codes = '']) => codes);
  const listed = rows.join().match(/[A-Z_]+/g) ?? [];
  expect(listed.toSorted()).toEqual(known.toSorted());
});
