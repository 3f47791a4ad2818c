import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { CallScope } from '../../lib/calls/call-scope.js';
import { closeApplications, createSessions } from '../support/application.js';

const ROUNDS = 20_000;

let simulator: BetfairSimulator;
let sessions: SessionService;

beforeAll(async () => {
  simulator = await BetfairSimulator.start();
  ({ sessions } = await createSessions(simulator.options()));
});

afterAll(async () => {
  await closeApplications();
  await simulator.stop();
});

/** Collects garbage as if Node had been started with `--expose-gc`. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}

/** Calls `run()` in a chain, each of them inside the one before, until `last` is called in the last round. */
function chain(last: () => Promise<void> | void, each: () => void = () => undefined) {
  return new Promise<void>((resolve, reject) => {
    let left = ROUNDS;
    const round = async () => {
      each();
      left -= 1;
      if (left > 0) sessions.run(round).catch(reject);
      else resolve(last());
    };
    sessions.run(round).catch(reject);
  });
}

describe('a chain of calls in which each starts the next', () => {
  it('goes on without end', async () => {
    let rounds = 0;
    await chain(
      () => undefined,
      () => void (rounds += 1),
    );
    expect(rounds).toBe(ROUNDS);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0, calls: 0 });
  });

  it('keeps nothing of the calls that are over', async () => {
    const scopes: WeakRef<CallScope>[] = [];
    let kept: number | undefined;
    await chain(
      async () => {
        await setImmediate();
        collectGarbage();
        kept = scopes.filter((scope) => scope.deref() !== undefined).length;
      },
      () => {
        if (CallScope.current) scopes.push(new WeakRef(CallScope.current));
      },
    );
    expect(scopes).toHaveLength(ROUNDS);
    expect(kept).toBeLessThan(ROUNDS / 100);
  });
});
