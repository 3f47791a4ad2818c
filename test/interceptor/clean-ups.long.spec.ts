import { Get, Sse } from '@nestjs/common';
import { concat, finalize, NEVER, Observable, of, Subject } from 'rxjs';
import { refused } from '../calls/rejections.fixture.js';
import { placeOrders, until } from '../support/betting.js';
import { type Betting, closeServed } from '../support/http-application.js';
import { serveHandler } from './support/one-handler.js';

afterEach(closeServed);

type Answers = Observable<{ data: unknown }>;
type WithCleanUp = (answers: Answers, cleanUp: () => void) => Answers;

const finalized: WithCleanUp = (answers, cleanUp) => answers.pipe(finalize(cleanUp));

const tornDown: WithCleanUp = (answers, cleanUp) =>
  new Observable((subscriber) => {
    subscriber.add(answers.subscribe(subscriber));
    return cleanUp;
  });

const fine: Answers = of({ data: 'fine' });

/** Serves a handler that answers first with a refusal, then with success, and whose clean-up places two orders. */
async function serveCleanUp(
  onMethod: MethodDecorator,
  withCleanUp: WithCleanUp,
  first: (betting: Betting) => Answers,
) {
  const sent: Promise<unknown>[] = [];
  const place = ({ sessions }: Betting) => {
    const order = sessions().call('SportsAPING/v1.0/placeOrders', placeOrders().params);
    order.catch(() => undefined);
    sent.push(order);
  };
  const application = await serveHandler(
    (_session, betting, run) => {
      if (run === 1) betting.simulator.endSessions();
      return withCleanUp(run === 1 ? first(betting) : fine, () => place(betting));
    },
    { onMethod: [onMethod] },
  );
  const outcomes = async () => {
    const settled = await Promise.allSettled(sent);
    return settled.map((one) => (one.status === 'rejected' ? one.reason.code : 'placed'));
  };
  return { ...application, sent, outcomes };
}

const refusal: Answers = of({ data: refused });
const openRefusal = () => concat(refusal, NEVER);

describe('a handler that is refused and whose clean-up throws', () => {
  it('fails with that, and leaves nobody waiting', async () => {
    const { get, generations } = await serveHandler((_session, { simulator }, run) => {
      if (run === 1) simulator.endSessions();
      return openRefusal().pipe(
        finalize(() => {
          throw new Error('The clean-up failed.');
        }),
      );
    });
    expect((await get('/', { signal: AbortSignal.timeout(10_000) })).status).toBe(500);
    expect(generations).toEqual([1]);
  });
});

describe.each([
  ['GET', Get()],
  ['@Sse()', Sse()],
])('a handler for %s whose clean-up places an order, and that is refused', (_, onMethod) => {
  it.each([
    ['finalize()', finalized],
    ['a teardown function', tornDown],
  ])('places it in its second run only: with %s', async (_name, withCleanUp) => {
    const { get, sent, ...served } = await serveCleanUp(onMethod, withCleanUp, openRefusal);
    expect(await (await get('/')).text()).toContain('fine');
    await until(() => sent.length === 2);
    expect(await served.outcomes()).toEqual(['BETFAIR_RUN_ABANDONED', 'placed']);
    expect(served.generations).toEqual([1, 2]);
    expect(served.simulator.orders).toHaveLength(1);
    const warnings = served.logger.lines.filter(([, line]) => String(line).includes('not sent'));
    expect(warnings).toEqual([
      [
        'warn',
        expect.stringMatching(/^A call was not sent, because it came from the first run/),
        expect.anything(),
      ],
    ]);
  });

  it('places it in its second run only, although the refusal came out of another context', async () => {
    const events = new Subject<{ data: unknown }>();
    const served = await serveCleanUp(onMethod, finalized, () => events);
    const timer = setInterval(() => events.next({ data: refused }), 5);
    expect(await (await served.get('/')).text()).toContain('fine');
    clearInterval(timer);
    await until(() => served.sent.length === 2);
    expect(await served.outcomes()).toEqual(['BETFAIR_RUN_ABANDONED', 'placed']);
    expect(served.simulator.orders).toHaveLength(1);
  });

  it('does not run again if its answer is complete, so that the order is placed', async () => {
    const served = await serveCleanUp(onMethod, finalized, () => refusal);
    await (await served.get('/')).text();
    await until(() => served.sent.length === 1);
    expect(await served.outcomes()).toEqual(['placed']);
    expect(served.generations).toEqual([1]);
    expect(served.simulator.orders).toHaveLength(1);
  });
});

describe('orders of a first run that was given up', () => {
  it('warn once in the log, however many they are', async () => {
    const late: Promise<unknown>[] = [];
    const served = await serveHandler(async (_session, { sessions, simulator }, run) => {
      if (run === 2) return Promise.allSettled(late);
      const begun = until(() => served.generations.length === 2);
      for (let count = 0; count < 3; count += 1) {
        late.push(begun.then(() => sessions().call('SportsAPING/v1.0/placeOrders')));
      }
      simulator.endSessions();
      return refused;
    });
    const answer = await (await served.get('/')).json();
    expect(answer).toMatchObject(late.map(() => ({ status: 'rejected' })));
    const warnings = served.logger.lines.filter(([, line]) =>
      String(line).startsWith('A call was not sent, because it came from the first run of a'),
    );
    expect(warnings.map(([level]) => level)).toEqual(['warn']);
    expect(served.simulator.orders).toHaveLength(0);
  });
});
