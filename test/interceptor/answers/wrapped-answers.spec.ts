import { type MessageEvent, Sse } from '@nestjs/common';
import { UseBetfairSession } from 'nestjs-betfair-session';
import { delay, map, of } from 'rxjs';
import { refused } from '../../calls/rejections.fixture.js';
import { closeServed } from '../../support/http-application.js';
import { interceptor } from '../support/between.js';
import { serveHandler } from '../support/one-handler.js';
import { endAndRefuse } from '../support/refused-session.js';

afterEach(closeServed);

/** Nest has sent the headers by then. */
const later = (value: unknown) => of(value).pipe(delay(5));

describe('a refusal that Nest has a handler wrap', () => {
  it('is the data of an event of @Sse()', async () => {
    const { get, generations } = await serveHandler(
      (_session, betting, run) => later({ data: run === 1 ? endAndRefuse(betting) : 'fine' }),
      { onMethod: [Sse()] },
    );
    expect(await (await get('/')).text()).toContain('data: fine');
    expect(generations).toEqual([1, 2]);
  });

  it('is an event of @Sse() as a whole, where an interceptor around makes the event of it', async () => {
    const { get, generations } = await serveHandler(
      (_session, betting, run) => later(run === 1 ? endAndRefuse(betting) : 'fine'),
      {
        onClass: [
          interceptor((next) => next.handle().pipe(map((data): MessageEvent => ({ data })))),
          UseBetfairSession(),
        ],
        onMethod: [Sse()],
      },
    );
    expect(await (await get('/')).text()).toContain('data: fine');
    expect(generations).toEqual([1, 2]);
  });

  it('is passed on in an answer that only looks like a message of a gateway, because the session lives', async () => {
    const answer = { event: 'report', data: refused };
    const { get, simulator, generations } = await serveHandler(() => answer);
    expect(await (await get('/')).json()).toEqual(answer);
    expect(generations).toEqual([1]);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 1 });
  });

  it('is the data of an answer that a handler makes of a client, if the session is dead', async () => {
    const { get, simulator, generations } = await serveHandler((_session, betting, run) => ({
      data: run === 1 ? endAndRefuse(betting) : 'fine',
    }));
    expect(await (await get('/')).json()).toEqual({ data: 'fine' });
    expect(generations).toEqual([1, 2]);
    expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 1 });
  });
});
