import { All, type CallHandler, type NestInterceptor, UseInterceptors } from '@nestjs/common';
import { UseBetfairSession } from 'nestjs-betfair-session';
import { concat, concatMap, finalize, from, NEVER, of, take, throwError, toArray } from 'rxjs';
import { refused, succeeded } from '../../calls/rejections.fixture.js';
import { closeServed } from '../../support/http-application.js';
import { serveHandler } from '../support/one-handler.js';
import { endAndRefuse } from '../support/refused-session.js';

afterEach(closeServed);

function unread(body: unknown): Response {
  return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
}

async function read(value: unknown): Promise<unknown> {
  return value instanceof Response ? value.json() : value;
}

/** Around the interceptor under test: reads what the handler left unread, and answers with all of it. */
class ReadAll implements NestInterceptor {
  intercept(_context: unknown, next: CallHandler) {
    return next.handle().pipe(concatMap(read), toArray());
  }
}

class TakeFirst implements NestInterceptor {
  intercept(_context: unknown, next: CallHandler) {
    return next.handle().pipe(take(1));
  }
}

const onClass = [UseInterceptors(ReadAll), UseBetfairSession()];

describe('a handler that hands on the unread answer of a call', () => {
  it('keeps the order of what follows it, although the answer is looked into first', async () => {
    const { get, generations } = await serveHandler(() => from([unread(succeeded), 'b', 'c']), {
      onClass,
    });
    expect(await (await get('/')).json()).toEqual([succeeded, 'b', 'c']);
    expect(generations).toEqual([1]);
  });

  it('is not answered with its error before what preceded it', async () => {
    const seen: unknown[] = [];
    class Watch implements NestInterceptor {
      intercept(_context: unknown, next: CallHandler) {
        return next.handle().pipe(concatMap((value) => of(seen.push(value))));
      }
    }
    const { get, errors } = await serveHandler(
      () =>
        concat(
          of(unread(succeeded)),
          throwError(() => new Error('late')),
        ),
      {
        onClass: [UseInterceptors(Watch), UseBetfairSession()],
      },
    );
    expect((await get('/')).status).toBe(500);
    expect(seen).toHaveLength(1);
    expect(errors).toEqual([new Error('late')]);
  });

  it('is run again where the answer is a refusal, and nothing of the first run is passed on', async () => {
    const { get, generations } = await serveHandler(
      (_session, betting, run) => from(run === 1 ? [unread(endAndRefuse(betting)), 'b'] : ['fine']),
      { onClass },
    );
    expect(await (await get('/')).json()).toEqual(['fine']);
    expect(generations).toEqual([1, 2]);
  });
});

describe('what a handler streams', () => {
  it('goes on where a later value is a refusal, which is passed on unchanged', async () => {
    const { get, simulator, generations } = await serveHandler(
      (_session, betting) => from(['a', endAndRefuse(betting), 'c']),
      { onClass },
    );
    expect(await (await get('/')).json()).toEqual(['a', refused, 'c']);
    expect(generations).toEqual([1]);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0 });
  });

  it('is given up when its first value is a refusal, and when nobody wants more', async () => {
    const ended: number[] = [];
    const { get } = await serveHandler(
      (_session, betting, run) =>
        concat(of(run === 1 ? endAndRefuse(betting) : 'fine'), NEVER).pipe(
          finalize(() => ended.push(run)),
        ),
      { onClass: [UseInterceptors(TakeFirst), UseBetfairSession()], onMethod: [All()] },
    );
    expect(await (await get('/')).text()).toBe('fine');
    expect(ended).toEqual([1, 2]);
  });
});
