import {
  type BetfairSession,
  type BetfairSessionOptions,
  SessionStorageError,
} from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { INVALID, refused, rpcReply } from '../calls/rejections.fixture.js';
import { closeAccounts, createAccount, times } from '../support/account.js';
import { post, RawClients, RPC, rpcCall } from '../support/betting.js';
import { answer, closeOwnApis, startOwnApi } from '../support/own-api.js';
import { replaceOnProof } from '../support/proven-refusal.js';
import { VirtualClock } from '../support/virtual.clock.js';

const MINUTE = 60_000;
const READ = 'SportsAPING/v1.0/listEventTypes';
const FUNDS = 'AccountAPING/v1.0/getAccountFunds';
const DISAGREEMENT = expect.stringContaining('"endpoints.api"');

afterEach(async () => {
  await closeOwnApis();
  await closeAccounts();
});

/** An application with a live session. */
async function setUp(overrides: Partial<BetfairSessionOptions> = { storage: 'mem://' }) {
  const clock = new VirtualClock();
  const account = await createAccount({ clock });
  const application = await account.start(overrides, clock);
  const session = await application.sessions.getSession();
  const warnings = () =>
    application.logger.lines.flatMap(([level, text]) => (level === 'warn' ? [text] : []));
  return { ...account, ...application, clock, session, warnings };
}

/** Refuses one session, as long as it lives, while keepAlive takes it. */
function rejectSession(simulator: BetfairSimulator, { token }: BetfairSession): void {
  simulator.rejectCalls(({ headers }) => headers['x-authentication'] === token);
}

describe('a second proof within a minute of one that was trusted', () => {
  it('is checked, and the session that Betfair takes stays', async () => {
    const { clock, sessions, simulator, warnings } = await setUp();
    const second = await replaceOnProof(simulator, sessions);
    expect(simulator.counts).toMatchObject({ keepAlives: 0, logins: 2 });
    await clock.advance(MINUTE - 1);
    rejectSession(simulator, second);
    await expect(sessions.call(READ)).rejects.toMatchObject({ errorCode: INVALID });
    expect(await sessions.getSession()).toBe(second);
    expect(simulator.counts).toMatchObject({ keepAlives: 1, logins: 2 });
    expect(warnings()).toEqual([DISAGREEMENT]);
  });

  it('is checked, and the session that died is replaced', async () => {
    const { clock, sessions, simulator, warnings } = await setUp();
    await replaceOnProof(simulator, sessions);
    await clock.advance(MINUTE - 1);
    simulator.endSessions();
    expect(await sessions.call(READ)).toEqual(expect.any(Array));
    expect(sessions.current?.generation).toBe(3);
    expect(simulator.counts).toMatchObject({ keepAlives: 1, logins: 3 });
    expect(warnings()).toEqual([]);
  });

  it('is trusted again when the minute is over', async () => {
    const { clock, sessions, simulator } = await setUp();
    await replaceOnProof(simulator, sessions);
    await clock.advance(MINUTE);
    expect((await replaceOnProof(simulator, sessions)).generation).toBe(3);
    expect(simulator.counts).toMatchObject({ keepAlives: 0, logins: 3 });
  });
});

describe('one operation that stays refused while others work', () => {
  it.each([0, 1_000, MINUTE - 1, MINUTE, 61_000])(
    'costs one login and one warning in ten rounds, %d ms apart',
    async (pause) => {
      const { clock, sessions, simulator, warnings } = await setUp();
      simulator.rejectCalls((_request, { method }) => method === 'getAccountFunds');
      for (let round = 0; round < 10; round += 1) {
        expect(await sessions.call(READ)).toEqual(expect.any(Array));
        await expect(sessions.call(FUNDS)).rejects.toMatchObject({ errorCode: INVALID });
        await clock.advance(pause);
      }
      expect(simulator.counts.logins).toBeLessThanOrEqual(2);
      expect(warnings()).toEqual([DISAGREEMENT]);
      expect(sessions.status.state).toBe('ready');
    },
  );

  it('costs one login also where it is asked by run() with a client that shows its request', async () => {
    const { clock, sessions, simulator } = await setUp();
    const raw = new RawClients(simulator);
    simulator.rejectCalls((_request, { method }) => method === 'listMarketBook');
    for (let round = 0; round < 10; round += 1) {
      expect(await sessions.call(READ)).toEqual(expect.any(Array));
      const polling = sessions.run((session) => raw.axiosRest(session, 'listMarketBook'));
      await expect(polling).rejects.toMatchObject({ response: { status: 400 } });
      await clock.advance(61_000);
    }
    await raw.close();
    expect(simulator.counts.logins).toBeLessThanOrEqual(2);
    expect(sessions.status.state).toBe('ready');
  });

  it('costs one login also if a hundred calls of it come at once', async () => {
    const { sessions, simulator } = await setUp();
    simulator.rejectCalls((_request, { method }) => method === 'getAccountFunds');
    for (let round = 0; round < 3; round += 1) {
      await sessions.call(READ);
      const calls = await Promise.allSettled(times(100, () => sessions.call(FUNDS)));
      expect(calls.every(({ status }) => status === 'rejected')).toBe(true);
    }
    expect(simulator.counts.logins).toBeLessThanOrEqual(2);
    expect(sessions.status.state).toBe('ready');
  });

  it('loses the trust in the API only until a check finds a session dead', async () => {
    const { clock, sessions, simulator } = await setUp();
    const end = simulator.rejectCalls((_request, { method }) => method === 'getAccountFunds');
    for (const operation of [READ, FUNDS, READ, FUNDS]) {
      await sessions.call(operation).catch(() => undefined);
    }
    end();
    const { logins } = simulator.counts;
    await clock.advance(MINUTE);
    let { keepAlives } = simulator.counts;
    simulator.endSessions();
    await sessions.call(READ);
    expect(simulator.counts).toMatchObject({ keepAlives: keepAlives + 1, logins: logins + 1 });
    await clock.advance(MINUTE);
    ({ keepAlives } = simulator.counts);
    simulator.endSessions();
    await sessions.call(READ);
    expect(simulator.counts).toMatchObject({ keepAlives, logins: logins + 2 });
  });
});

describe('a call that got through', () => {
  it.each(['NO_APP_KEY', 'INVALID_APP_KEY', 'TOO_MANY_REQUESTS'])(
    'is none that ended with an exception of the API: %s',
    async (errorCode) => {
      let isRefused = false;
      const { sessions, simulator } = await startOwnApi((request, response) =>
        answer({ ...rpcReply(isRefused ? INVALID : errorCode), id: null })(request, response),
      );
      for (let round = 0; round < 5; round += 1) {
        isRefused = round % 2 === 1;
        await expect(sessions.call(READ)).rejects.toMatchObject({ code: 'BETFAIR_API_ERROR' });
      }
      expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 1 });
      expect(sessions.status.state).toBe('ready');
    },
  );

  it('is none that the framework of the API has a fault for, so that a wrong "endpoints.api" costs no login', async () => {
    const { clock, session, sessions, simulator, warnings } = await setUp();
    // It knows no session of this account, and tells so only where it knows the operation.
    simulator.rejectCalls((_request, { method }) => method !== 'noSuchOperation');
    for (let round = 0; round < 10; round += 1) {
      await expect(sessions.call('SportsAPING/v1.0/noSuchOperation')).rejects.toThrow('DSC-0021');
      await expect(sessions.call(READ)).rejects.toMatchObject({ errorCode: INVALID });
      await expect(sessions.call(FUNDS)).rejects.toMatchObject({ errorCode: INVALID });
      await clock.advance(30_000);
    }
    expect(sessions.current).toBe(session);
    expect(simulator.counts).toMatchObject({ logins: 1 });
    expect(warnings()).toEqual([DISAGREEMENT]);
    expect(sessions.status.state).toBe('ready');
  });
});

describe('a proof about a request that is not repeated', () => {
  it('is trusted once: a part of a batch that stays refused costs one login, and then keepAlives', async () => {
    const { clock, sessions, simulator, warnings } = await setUp();
    await sessions.call(READ);
    simulator.rejectCalls((_request, { method }) => method === 'listEvents');
    for (let minute = 0; minute < 30; minute += 1) {
      const outcomes = await sessions.callAll([
        { operation: READ },
        { operation: 'SportsAPING/v1.0/listEvents' },
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      await clock.advance(MINUTE + 1);
    }
    expect(simulator.counts.logins).toBe(2);
    expect(sessions.status.state).toBe('ready');
    expect(warnings()).toContainEqual(DISAGREEMENT);
  });
});

describe('the refusal in the answer to a single call', () => {
  it.each([1, 'other', '7'])(
    'under another id, as of a cache, costs no login while the session lives: %j',
    async (id) => {
      const api = await startOwnApi(answer({ ...refused, id }));
      const response = await api.sessions.fetch(RPC, post(rpcCall('listEventTypes', {}, 7)));
      expect(await response.json()).toEqual({ ...refused, id });
      expect(api.requests()).toBe(1);
      expect(api.simulator.counts).toMatchObject({ logins: 1, keepAlives: 1 });
    },
  );

  it.each([
    ['with its id', { ...refused, id: 7 }],
    ['without an id', { jsonrpc: refused.jsonrpc, error: refused.error }],
    ['with the id null', { ...refused, id: null }],
  ])('%s has the dead session replaced', async (_, reply) => {
    const api = await startOwnApi((request, response) => {
      const isFirst = api.requests() === 1;
      if (isFirst) api.simulator.endSessions();
      answer(isFirst ? reply : { jsonrpc: '2.0', id: 7, result: [] })(request, response);
    });
    const response = await api.sessions.fetch(RPC, post(rpcCall('listEventTypes', {}, 7)));
    expect(await response.json()).toMatchObject({ result: [] });
    expect(api.requests()).toBe(2);
    expect(api.simulator.counts).toMatchObject({ logins: 2, keepAlives: 1 });
  });
});

describe('another text in the store', () => {
  it('that Betfair cannot be asked about is no obstacle to the replacement of our own dead session', async () => {
    const { clock, key, session, sessions, simulator, storage } = await setUp({});
    await storage.put(key, 'a-token-that-nobody-knows');
    simulator.endSessions();
    simulator.fail('keepAlive', { status: 503 });
    const renewed = await clock.until(sessions.refresh(session));
    expect(renewed.generation).toBe(2);
    expect(await sessions.call(READ)).toEqual(expect.any(Array));
    expect(simulator.counts.logins).toBe(2);
  });

  it('that Betfair cannot be asked about costs twelve keepAlives a minute at most', async () => {
    const { clock, key, session, sessions, simulator, storage } = await setUp({});
    await storage.put(key, 'a-token-that-nobody-knows');
    // That one is asked about first, and then our own.
    for (let check = 0; check < 60; check += 1) {
      simulator.fail('keepAlive', { status: 503 });
      simulator.fail('keepAlive', { slow: 0 });
    }
    await suspectFor(MINUTE, clock, () => sessions.refresh(session));
    expect(simulator.counts.keepAlives).toBeLessThanOrEqual(12);
    expect(simulator.counts.keepAlives).toBeGreaterThanOrEqual(10);
    expect(simulator.counts.logins).toBe(1);
    expect(sessions.current).toBe(session);
  });

  it('that is dead costs no more where the store cannot be written', async () => {
    const { clock, key, session, sessions, simulator, storage } = await setUp({});
    await storage.put(key, 'a-token-that-nobody-has');
    const down = new SessionStorageError('The store is read-only.', 'unavailable');
    storage.fail('write', down, { times: Infinity });
    await suspectFor(MINUTE, clock, () => sessions.refresh(session));
    expect(simulator.counts.keepAlives).toBeLessThanOrEqual(12);
    expect(simulator.counts.keepAlives).toBeGreaterThanOrEqual(10);
    expect(simulator.counts.logins).toBe(1);
    expect(sessions.current).toBe(session);
  });
});

/** Suspects a session every 250 ms. */
async function suspectFor(
  ms: number,
  clock: VirtualClock,
  suspect: () => Promise<unknown>,
): Promise<void> {
  const suspicions: Promise<unknown>[] = [];
  for (let passed = 0; passed < ms; passed += 250) {
    suspicions.push(suspect());
    await clock.advance(Math.min(250, ms - passed - 1));
  }
  await Promise.all(suspicions);
}
