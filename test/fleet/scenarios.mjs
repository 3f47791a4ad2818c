// What happens to a fleet, and what must come of it. Each returns what it measured.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from './fleet.mjs';

/** Where processes are killed or stopped: short requests make a short lease, `requestTimeout` and 5 s. */
const SHORT = { requestTimeout: 2_000 };
const LEASE = 7_000;
/** Processes that wait for the one that is gone. */
const FEW = 10;

/** Tells everybody at the same moment; resolves with the answers and the milliseconds until the last one. */
async function all(members, command, parameter) {
  const began = performance.now();
  const answers = await Promise.all(members.map((member) => member.ask(command, parameter)));
  return { answers, ms: Math.round(performance.now() - began) };
}

function assertCounts({ simulator }, expected) {
  const { logins, loginAttempts, logouts } = simulator.counts;
  assert.deepEqual({ logins, loginAttempts, logouts }, { logouts: 0, ...expected });
}

async function assertOneToken(fleet, tokens) {
  assert.deepEqual([...new Set(tokens)], [await fleet.stored()]);
}

export const scenarios = {
  async 'cold start'(fleet, size) {
    const members = await fleet.boot(size);
    const { answers, ms } = await all(members, 'get');
    await assertOneToken(fleet, answers);
    assertCounts(fleet, { logins: 1, loginAttempts: 1 });
    assert.ok(ms < 10_000, `all ready only after ${ms} ms`);
    return { ms };
  },

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
    assert.ok(ms < LEASE + 2_000, `all ready only after ${ms} ms`);
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
    assert.ok(ms < LEASE + 2_000, `all ready only after ${ms} ms`);
    holder.signal('SIGCONT');
    await assert.rejects(late, { code: 'BETFAIR_IDENTITY_UNAVAILABLE' });
    // The wait after a failure.
    await delay(1_000);
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
    assert.ok(ms < LEASE + 2_000, `all ready only after ${ms} ms`);
    holder.signal('SIGCONT');
    const adopted = await late;
    assert.notEqual(adopted, lost);
    await assertOneToken(fleet, [...answers, adopted]);
    assert.deepEqual(fleet.simulator.liveTokens(), [adopted]);
    assertCounts(fleet, { logins: 2, loginAttempts: 2, logouts: 1 });
    return { ms };
  },

  async 'crash loop with a wrong password'(fleet, size) {
    const began = performance.now();
    let starts = 0;
    const loop = async () => {
      while (starts++ < size) {
        const [member] = await fleet.boot(1, { password: 'wrong' });
        await assert.rejects(member.ask('get'), { code: 'BETFAIR_LOGIN_REJECTED' });
        void member.ask('crash');
        await member.exited;
      }
    };
    await Promise.all(Array.from({ length: 4 }, loop));
    assertCounts(fleet, { logins: 0, loginAttempts: 1 });
    return { restarts: size, ms: Math.round(performance.now() - began) };
  },
};
