// What happens to a fleet, and what must come of it. Each returns what it measured.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { bootBound } from './bound-identity.mjs';
import { until } from './fleet.mjs';

/** Where processes are killed or stopped: short requests make a short lease, `requestTimeout` and 5 s. */
export const SHORT = { requestTimeout: 2_000 };
export const LEASE = 7_000;
/** Until there is another holder and its login is made, on a busy machine; less than two leases in a row. */
const TAKEN_OVER_WITHIN = LEASE + 6_000;
/** Processes that wait for the one that is gone. */
const FEW = 10;
/** The wait after a failure. */
const AFTER_FAILURE = 1_000;
const HOUR = 3_600_000;

/** Tells everybody at the same moment; resolves with the answers and the milliseconds until the last one. */
async function all(members, command, parameter) {
  const began = performance.now();
  const answers = await Promise.all(members.map((member) => member.ask(command, parameter)));
  return { answers, ms: Math.round(performance.now() - began) };
}

/** Everybody asks for a session and is told why there is none; resolves with the milliseconds until the last one. */
async function allRefused(members, code) {
  const began = performance.now();
  await Promise.all(members.map((member) => assert.rejects(member.ask('get'), { code })));
  return Math.round(performance.now() - began);
}

function assertCounts({ simulator }, expected) {
  const { logins, loginAttempts, logouts } = simulator.counts;
  assert.deepEqual({ logins, loginAttempts, logouts }, { logouts: 0, ...expected });
}

async function assertOneToken(fleet, tokens) {
  assert.deepEqual([...new Set(tokens)], [await fleet.stored()]);
}

/** A cold start, and a session that ends under all of them: one login each. */
async function assertOneLoginEach(fleet, members) {
  const started = await all(members, 'get');
  await assertOneToken(fleet, started.answers);
  assertCounts(fleet, { logins: 1, loginAttempts: 1 });
  await all(members, 'call');
  fleet.simulator.endSessions();
  const renewed = await all(members, 'renewed', started.answers[0]);
  await assertOneToken(fleet, renewed.answers);
  assertCounts(fleet, { logins: 2, loginAttempts: 2 });
  return { coldMs: started.ms, renewedMs: renewed.ms };
}

/** On any store, and with as many processes as its server can take. */
export const coldStart = {
  async 'cold start'(fleet, size) {
    const members = await fleet.boot(size);
    const { answers, ms } = await all(members, 'get');
    await assertOneToken(fleet, answers);
    assertCounts(fleet, { logins: 1, loginAttempts: 1 });
    assert.ok(ms < 10_000, `all ready only after ${ms} ms`);
    return { ms };
  },
};

/** On any store. */
export const shared = {
  async 'session ended while all call'(fleet, size) {
    const members = await fleet.boot(size);
    const { answers } = await all(members, 'get');
    await all(members, 'call');
    fleet.simulator.endSessions();
    const renewed = await all(members, 'renewed', answers[0]);
    await assertOneToken(fleet, renewed.answers);
    assertCounts(fleet, { logins: 2, loginAttempts: 2 });
    return { ms: renewed.ms };
  },

  async 'crash loop with a wrong password, then one process with the right one'(fleet, size) {
    const began = performance.now();
    const wrong = { ...SHORT, password: 'wrong' };
    let starts = 0;
    const loop = async () => {
      while (starts++ < size) {
        const [member] = await fleet.boot(1, wrong);
        await allRefused([member], 'BETFAIR_LOGIN_REJECTED');
        await member.crash();
      }
    };
    await Promise.all(Array.from({ length: 4 }, loop));
    assertCounts(fleet, { logins: 0, loginAttempts: 1 });
    const loopMs = Math.round(performance.now() - began);

    const old = await fleet.boot(4, wrong);
    await allRefused(old, 'BETFAIR_LOGIN_REJECTED');
    const [corrected] = await fleet.boot(1, SHORT);
    const { answers, ms } = await all([corrected], 'get');
    assertCounts(fleet, { logins: 1, loginAttempts: 2 });
    // The others look again once in the duration of a lease, and find what it stored.
    await delay(LEASE);
    const adopted = await all(old, 'get');
    await assertOneToken(fleet, [...answers, ...adopted.answers]);
    assertCounts(fleet, { logins: 1, loginAttempts: 2 });
    return { restarts: size, loopMs, correctedMs: ms };
  },

  async 'ban, then processes that start after its end'(fleet, size) {
    fleet.simulator.fail('certLogin', {
      reply: { loginStatus: 'TEMPORARY_BAN_TOO_MANY_REQUESTS' },
    });
    const few = Math.min(size, FEW);
    const members = await fleet.boot(few, SHORT);
    await allRefused(members, 'BETFAIR_LOGIN_BLOCKED');
    const restarted = await fleet.boot(few, SHORT);
    await allRefused([...members, ...restarted], 'BETFAIR_LOGIN_BLOCKED');
    assertCounts(fleet, { logins: 0, loginAttempts: 1 });
    const later = await fleet.boot(few, { ...SHORT, clock: { wall: 21 * 60_000 } });
    const { answers, ms } = await all(later, 'get');
    await assertOneToken(fleet, answers);
    assertCounts(fleet, { logins: 1, loginAttempts: 2 });
    return { ms };
  },
};

/** On any store that answers at once. */
export const holders = {
  async 'holder killed during its login'(fleet, size) {
    const [holder, ...others] = await fleet.boot(Math.min(size, FEW) + 1, SHORT);
    fleet.simulator.fail('certLogin', { slow: 1_500 });
    void holder.ask('get');
    await until('the login arrives', () => fleet.simulator.counts.loginAttempts === 1);
    const ready = all(others, 'get');
    holder.signal('SIGKILL');
    const { answers, ms } = await ready;
    await assertOneToken(fleet, answers);
    assertCounts(fleet, { logins: 2, loginAttempts: 2 });
    assert.ok(ms < TAKEN_OVER_WITHIN, `all ready only after ${ms} ms`);
    return { ms };
  },

  async 'holder stopped before its login, resumed after its lease'(fleet, size) {
    // After it took the lease it looks once more at what is stored.
    const [holder] = await fleet.boot(1, { ...SHORT, stopAt: { operation: 'read', nth: 2 } });
    const others = await fleet.boot(Math.min(size, FEW), SHORT);
    const late = holder.ask('get');
    await holder.stopped();
    assert.notEqual((await fleet.record()).holder, null);
    const { answers, ms } = await all(others, 'get');
    assert.ok(ms < TAKEN_OVER_WITHIN, `all ready only after ${ms} ms`);
    holder.signal('SIGCONT');
    await assert.rejects(late, { code: 'BETFAIR_IDENTITY_UNAVAILABLE' });
    await delay(AFTER_FAILURE);
    await assertOneToken(fleet, [...answers, await holder.ask('get')]);
    assertCounts(fleet, { logins: 1, loginAttempts: 1 });
    return { ms };
  },

  async 'holder stopped between its login and the write, resumed after its lease'(fleet, size) {
    const [holder] = await fleet.boot(1, { ...SHORT, stopAt: { operation: 'write', nth: 1 } });
    const others = await fleet.boot(Math.min(size, FEW), SHORT);
    const late = holder.ask('get');
    await holder.stopped();
    const [lost] = fleet.simulator.liveTokens();
    const { answers, ms } = await all(others, 'get');
    assert.ok(ms < TAKEN_OVER_WITHIN, `all ready only after ${ms} ms`);
    holder.signal('SIGCONT');
    const adopted = await late;
    assert.notEqual(adopted, lost);
    await assertOneToken(fleet, [...answers, adopted]);
    assert.deepEqual(fleet.simulator.liveTokens(), [adopted]);
    assertCounts(fleet, { logins: 2, loginAttempts: 2, logouts: 1 });
    return { ms };
  },
};

/** On files, which are the same to every scenario that is not about the store. */
export const files = {
  async 'clocks set apart by an hour in both directions'(fleet, size) {
    const offsets = [
      {},
      { wall: HOUR },
      { wall: -HOUR },
      { monotonic: HOUR },
      { wall: -HOUR, monotonic: HOUR },
    ];
    const booted = offsets.map((clock) => fleet.boot(Math.ceil(size / offsets.length), { clock }));
    return assertOneLoginEach(fleet, (await Promise.all(booted)).flat());
  },

  async 'sessions that die with the egress address'(fleet) {
    const size = 20;
    const { members, close } = await bootBound(fleet, size);
    const { answers } = await all(members, 'suspectOthers', 70_000);
    await close();
    const failures = [...new Set(answers.flat())];
    const typed = ['BETFAIR_IDENTITY_UNAVAILABLE', 'BETFAIR_LOGIN_BLOCKED'];
    assert.deepEqual(
      failures.filter((code) => !typed.includes(code)),
      [],
    );
    const busiestMinute = fleet.busiestMinute();
    assert.ok(busiestMinute <= 20, `${busiestMinute} logins in a minute`);
    // Each gets a session of its own, and keeps it.
    const { logins } = fleet.simulator.counts;
    assert.ok(logins <= size, `${logins} logins of ${size} processes`);
    return { busiestMinute };
  },
};

/** Milliseconds after which an operation of the store counts as failed. */
const OPERATION = SHORT.requestTimeout;
/** For a login, and a busy machine. */
const ALLOWANCE = 1_500;
/** Until there is an error, if no login may be made without the store. */
const REFUSED_WITHIN = OPERATION + ALLOWANCE;
/** Until there is a session all the same: one read that fails, a random wait as long as a lease, one read more. */
const READY_WITHIN = OPERATION + LEASE + OPERATION + ALLOWANCE;

/** A store that goes down and comes back, with processes that have a session and processes that need one. */
const down = (outage) => [
  `store down (${outage})`,
  async (fleet) => {
    const warm = await fleet.boot(3, SHORT);
    const { answers } = await all(warm, 'get');
    const required = await fleet.boot(3, SHORT);
    const bestEffort = await fleet.boot(3, { ...SHORT, persistence: 'best-effort' });
    // What cannot be given back while the store is down ends by its duration, and is not what this is about.
    await until('the lease is free', async () => (await fleet.record()).holder === null);
    await fleet.store.fail(outage);

    const served = await all(warm, 'get');
    assert.deepEqual(served.answers, answers);
    assert.ok(served.ms < 500, `served only after ${served.ms} ms`);
    await all(warm, 'callOnce');
    const requiredMs = await allRefused(required, 'BETFAIR_STORAGE_UNAVAILABLE');
    assert.ok(requiredMs < REFUSED_WITHIN, `refused only after ${requiredMs} ms`);
    assertCounts(fleet, { logins: 1, loginAttempts: 1 });
    const ready = await all(bestEffort, 'get');
    assert.ok(ready.ms < READY_WITHIN, `ready only after ${ready.ms} ms`);
    assertCounts(fleet, { logins: 4, loginAttempts: 4 });
    const [closing] = warm;
    await fleet.close([closing, ...bestEffort]);

    await fleet.store.recover();
    await delay(AFTER_FAILURE);
    const recovered = await all(required, 'get');
    await assertOneToken(fleet, [...answers, ...recovered.answers]);
    assertCounts(fleet, { logins: 4, loginAttempts: 4 });
    return { warmMs: served.ms, requiredMs, bestEffortMs: ready.ms, recoveredMs: recovered.ms };
  },
];

/** On any store with a server. */
export const outages = Object.fromEntries(['hung', 'refused'].map(down));
/** Over HTTP, where a proxy answers in its place. */
export const httpOutages = Object.fromEntries(['503'].map(down));

/** On a server that forgets everything when it ends. */
export const forgetful = {
  async 'server restarted with nothing while all call'(fleet, size) {
    const members = await fleet.boot(size, SHORT);
    const { answers } = await all(members, 'get');
    await all(members, 'call');
    await fleet.store.fail('refused');
    const without = await all(members, 'get');
    await fleet.store.recover();
    assert.equal(await fleet.stored(), undefined);
    const served = await all(members, 'get');
    assert.deepEqual([...without.answers, ...served.answers], [...answers, ...answers]);
    assertCounts(fleet, { logins: 1, loginAttempts: 1 });

    // Who starts now finds nothing; who called all the while needs nothing.
    const late = await fleet.boot(3, SHORT);
    const started = await all(late, 'get');
    await assertOneToken(fleet, started.answers);
    await all(late, 'call');
    assertCounts(fleet, { logins: 2, loginAttempts: 2 });

    fleet.simulator.endSessions();
    const renewed = await Promise.all([
      all(members, 'renewed', answers[0]),
      all(late, 'renewed', started.answers[0]),
    ]);
    await assertOneToken(
      fleet,
      renewed.flatMap((group) => group.answers),
    );
    assertCounts(fleet, { logins: 3, loginAttempts: 3 });
    return { startedMs: started.ms, renewedMs: renewed[0].ms };
  },
};

/** On an S3-compatible server that does not know a header, whatever it answers. */
export const unsupported = Object.fromEntries(
  ['if-none-match', 'if-match'].map((header) => [
    `server that ignores ${header} is refused before any login`,
    async (fleet) => {
      fleet.store.proxy.ignore(header);
      const members = await fleet.boot(3, SHORT);
      const bestEffort = await fleet.boot(1, { ...SHORT, persistence: 'best-effort' });
      const ms = await allRefused([...members, ...bestEffort], 'BETFAIR_STORAGE_UNSUPPORTED');
      assertCounts(fleet, { logins: 0, loginAttempts: 0 });
      fleet.storeIsGone = true;
      return { ms };
    },
  ]),
);
