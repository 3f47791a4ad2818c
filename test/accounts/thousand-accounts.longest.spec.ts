import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  BetfairSessionModule,
  MemoryStorage,
  SessionAccounts,
  type SessionService,
} from 'nestjs-betfair-session';
import { BetfairSimulator, SESSION_CLOCK } from 'nestjs-betfair-session/testing';
import { read } from '../../lib/common/unknown-values.js';
import { makeCertificate } from '../identity/support/certificates.js';
import { times } from '../support/account.js';
import { RecordingLogger } from '../support/application.js';
import { SeededRandom, seedFrom } from '../support/random.mjs';
import { VirtualClock } from '../support/virtual.clock.js';

const ACCOUNTS = 1_000;
const CALLS = 20_000;
const CALLS_AT_ONCE = 100;
/** Most bytes of heap for an account that has a session, with what the simulator keeps of it. */
const MOST_BYTES_OF_ACCOUNT = 64 * 1_024;
/** Most bytes that may be left of a removed account: what the simulator keeps of a login. */
const MOST_BYTES_LEFT = 2 * 1_024;
const RPC = '/exchange/betting/json-rpc/v1';

const random = new SeededRandom(seedFrom('SEED'));
const names = times(ACCOUNTS, (index) => `tenant-${index}`);

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Bytes in use once everything that can be collected is. */
async function heap(): Promise<number> {
  for (let round = 0; round < 8; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (typeof collect === 'function') Reflect.apply(collect, undefined, []);
  }
  return process.memoryUsage().heapUsed;
}

/** Makes one call of a random kind. Returns the owner of the session that the API saw. */
async function owner(sessions: SessionService): Promise<unknown> {
  const method = 'SportsAPING/v1.0/listEventTypes';
  const kind = random.pick(['call', 'fetch', 'run']);
  if (kind === 'call') return sessions.call(method);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { filter: {} } });
  const response =
    kind === 'fetch'
      ? await sessions.fetch(RPC, { method: 'POST', body })
      : await sessions.run(async ({ applicationKey }) => {
          expect(applicationKey).not.toBe('');
          return sessions.fetch(RPC, { method: 'POST', body });
        });
  return read(await response.json(), 'result');
}

describe('a thousand accounts that come and go', () => {
  let simulator: BetfairSimulator;
  let clock: VirtualClock;
  let module: TestingModule;

  beforeAll(async () => {
    clock = new VirtualClock();
    // One for all, because making a thousand takes minutes.
    const certificate = await makeCertificate();
    simulator = await BetfairSimulator.start({
      accounts: ['first', ...names].map((username) => ({ username, certificate })),
      clock: { wall: clock.wall, timer: clock.timer },
      limits: { weight: Infinity },
    });
    simulator.countOnly();
    simulator.answer('listEventTypes', (_params, { username }) => username);
    module = await Test.createTestingModule({ imports: [BetfairSessionModule] })
      .setLogger(new RecordingLogger())
      .overrideProvider(SESSION_CLOCK)
      .useValue(clock)
      .compile();
    await module.init();
  });

  afterAll(async () => {
    await module.close();
    await simulator.stop();
  });

  it('log in once each, never use the session of another, and leave nothing behind', async () => {
    const accounts = module.get(SessionAccounts);
    // What the first account of a process loads and connects is not of the others.
    await accounts.add('first', optionsOf('first'));
    await owner(accounts.get('first') ?? missing());
    const before = { heap: await heap(), timers: clock.timers };
    const first = await addUseAndRemove(accounts);
    expect(accounts.names).toEqual(['first']);
    expect(clock.timers).toBeLessThanOrEqual(before.timers);
    const second = await addUseAndRemove(accounts);
    expect(simulator.counts.logins).toBe(2 * ACCOUNTS + 1);

    const each = Math.round((first.full - before.heap) / ACCOUNTS);
    // The first time, the simulator and the runtime learn what they keep.
    const left = Math.round((second.empty - first.empty) / ACCOUNTS);
    console.log(`bytes of heap for an account: ${each}; left after its removal: ${left}`);
    expect(each).toBeLessThan(MOST_BYTES_OF_ACCOUNT);
    expect(left).toBeLessThan(MOST_BYTES_LEFT);
  }, 600_000);

  /** Adds all accounts, makes calls with them, and removes them. Returns the heap before and after the removal. */
  async function addUseAndRemove(accounts: SessionAccounts) {
    for (const name of names) await accounts.add(name, optionsOf(name));
    for (let done = 0; done < CALLS; done += CALLS_AT_ONCE) {
      const calls = times(CALLS_AT_ONCE, async (index) => {
        // Each account is called at least once.
        const name = names[done + index] ?? random.pick(['first', ...names]);
        return { name, seen: await owner(accounts.get(name) ?? missing()) };
      });
      for (const { name, seen } of await clock.until(Promise.all(calls))) expect(seen).toBe(name);
      await clock.advance(random.between(0, 20_000));
    }
    expect(
      new Set(names.flatMap((name) => simulator.liveTokens(name))).size,
    ).toBeGreaterThanOrEqual(ACCOUNTS);
    const full = await heap();
    await clock.until(Promise.all(names.map((name) => accounts.remove(name))));
    return { full, empty: await heap() };
  }

  function optionsOf(username: string) {
    const { certificate: _, ...options } = simulator.options(username);
    // A login with a certificate takes 50 ms of the processor.
    return { ...options, login: 'interactive' as const, storage: new MemoryStorage() };
  }
});

function missing(): never {
  throw new Error('The account was not added.');
}
