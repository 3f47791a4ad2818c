import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { SessionStorageError } from 'nestjs-betfair-session';
import { expectNoSecret, secretsOf } from '../identity/support/secrets.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';
import { type Sdk, type Series, startSdk, valuesOf } from './telemetry.harness.js';

const HOUR_MS = 3_600_000;
const HOUR_S = 3_600;
const DOWN = () => new SessionStorageError('The store is down.', 'unavailable');

let sdk: Sdk;

beforeEach(() => {
  sdk = startSdk();
});

afterEach(async () => {
  await closeAccounts();
  await sdk.stop();
});

/** Does what a request does, in a span of its own. */
function request<T>(name: string, handle: () => Promise<T>): Promise<T> {
  return trace.getTracer('http').startActiveSpan(name, async (span) => {
    try {
      return await handle();
    } finally {
      span.end();
    }
  });
}

/** The gauges of the only account. */
async function gauges(): Promise<Record<string, number>> {
  const series = await sdk.collect();
  return Object.fromEntries(
    series
      .filter(({ isGauge }) => isGauge)
      .map(({ name, labels, value }) => [`${name} ${stateIn(labels)}`.trim(), value]),
  );
}

function recorded(series: readonly Series[]): readonly Series[] {
  return series.filter(({ isGauge }) => !isGauge);
}

function stateGauges(states: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(states).map(([state, value]) => [`betfair.session.status ${state}`, value]),
  );
}

function left(seconds: number): Record<string, number> {
  return { 'betfair.session.time_left': seconds };
}

function stateIn(labels: Series['labels']): string {
  const state = labels['betfair.state'];
  return typeof state === 'string' ? state : '';
}

function spanOf(name: string): ReadableSpan {
  const found = sdk.spans().filter((one) => one.name === name);
  expect(found).toHaveLength(1);
  const [first] = found;
  if (first === undefined) throw new Error(`There is no span ${name}.`);
  return first;
}

describe('the trace of a request', () => {
  it('has the renewal that it starts, and those that join it carry a link to the renewal', async () => {
    const { start } = await createAccount();
    const { sessions } = await start();
    await Promise.all([
      request('first', () => sessions.getSession()),
      request('second', () => sessions.getSession()),
    ]);
    await request('third', () => sessions.getSession());
    const renewal = spanOf('betfair.session.renew');
    expect(renewal.parentSpanContext?.spanId).toBe(spanOf('first').spanContext().spanId);
    expect(renewal.attributes).toEqual({
      'betfair.account': 'default',
      'betfair.outcome': 'loggedIn',
    });
    expect(spanOf('second').links).toMatchObject([{ context: renewal.spanContext() }]);
    expect([...spanOf('first').links, ...spanOf('third').links]).toEqual([]);
  });

  it('names the error of a renewal that failed by its code alone', async () => {
    const { simulator, start } = await createAccount();
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    const { sessions } = await start();
    await expect(request('refused', () => sessions.getSession())).rejects.toThrow('LOCKED');
    await expect(request('again', () => sessions.getSession())).rejects.toThrow('LOCKED');
    const renewal = spanOf('betfair.session.renew');
    expect(renewal.attributes).toMatchObject({
      'betfair.outcome': 'failed',
      'error.type': 'BETFAIR_LOGIN_REJECTED',
    });
    expect(renewal.status).toEqual({
      code: SpanStatusCode.ERROR,
      message: 'BETFAIR_LOGIN_REJECTED',
    });
    expect(renewal.events).toEqual([]);
  });

  it('has no part in it while the session is in memory', async () => {
    const { start } = await createAccount();
    const { sessions } = await start();
    await sessions.getSession();
    const before = await sdk.collect();
    await request('served', async () => {
      for (let call = 0; call < 100; call += 1) await sessions.getSession();
    });
    expect(sdk.spans().map(({ name }) => name)).toEqual(['betfair.session.renew', 'served']);
    expect(recorded(before)).not.toEqual([]);
    expect(recorded(await sdk.collect())).toEqual(recorded(before));
  });
});

describe('the metrics', () => {
  it('count logins, rejections, renewals, keepAlives and operations of the store', async () => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start();
    const first = await sessions.getSession();
    await sessions.keepAlive();
    simulator.endSessions();
    await sessions.refresh(first);
    const series = await sdk.collect();
    const values = (name: string, ...by: string[]) => valuesOf(series, name, ...by);
    expect(values('betfair.session.logins', 'betfair.account', 'betfair.outcome')).toEqual({
      'default loggedIn': 2,
    });
    expect(values('betfair.session.rejections', 'betfair.account')).toEqual({ default: 1 });
    expect(values('betfair.session.renewal.duration', 'betfair.outcome')).toEqual({ loggedIn: 2 });
    expect(values('betfair.session.keep_alive.duration', 'betfair.outcome')).toEqual({
      alive: 1,
      dead: 1,
    });
    const operations = values('betfair.session.store.operation.duration', 'betfair.operation');
    expect(operations).toEqual({ read: expect.any(Number), write: expect.any(Number) });
    const durations = series.filter(({ name }) => name.endsWith('.duration'));
    expect(durations.every(({ unit, sum = -1 }) => unit === 's' && sum >= 0 && sum < 60)).toBe(
      true,
    );
  });

  it('measure in seconds, by the clock of the application', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ requestTimeout: 2_000 }, clock);
    simulator.fail('certLogin', 'hung', { times: Infinity });
    await expect(clock.until(sessions.getSession())).rejects.toThrow();
    const series = await sdk.collect();
    const failed = series.filter(({ name }) => name === 'betfair.session.renewal.duration');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.sum).toBeGreaterThan(1.9);
    expect(failed[0]?.sum).toBeLessThan(61);
  });

  it('name the failures of the store and of the identity service by their codes', async () => {
    const clock = new VirtualClock();
    const { simulator, storage, start } = await createAccount();
    const { sessions } = await start({}, clock);
    storage.fail('read', DOWN());
    await expect(clock.until(sessions.getSession())).rejects.toThrow('The store is down.');
    simulator.fail('certLogin', { status: 503 });
    await clock.advance(60_000);
    await expect(clock.until(sessions.getSession())).rejects.toThrow();
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    await clock.advance(60_000);
    await expect(clock.until(sessions.getSession())).rejects.toThrow('LOCKED');
    const series = await sdk.collect();
    const codes = (name: string, by: string) => valuesOf(series, name, by, 'error.type');
    expect(codes('betfair.session.store.operation.duration', 'betfair.operation')).toMatchObject({
      'read BETFAIR_STORAGE_UNAVAILABLE': 1,
    });
    expect(codes('betfair.session.logins', 'betfair.outcome')).toEqual({
      'unclear BETFAIR_IDENTITY_UNAVAILABLE': 1,
      'refused ACCOUNT_NOW_LOCKED': 1,
    });
    expect(codes('betfair.session.renewal.duration', 'betfair.outcome')).toEqual({
      'failed BETFAIR_STORAGE_UNAVAILABLE': 1,
      'failed BETFAIR_IDENTITY_UNAVAILABLE': 1,
      'failed BETFAIR_LOGIN_REJECTED': 1,
    });
  });

  it('show the state of the account, and the time that is left', async () => {
    const clock = new VirtualClock();
    const { start } = await createAccount();
    const { sessions } = await start({}, clock);
    const states = { empty: 1, ready: 0, degraded: 0, blocked: 0 };
    expect(await gauges()).toMatchObject({ ...stateGauges(states), ...left(0) });
    await sessions.getSession();
    await clock.advance(HOUR_MS);
    expect(await gauges()).toEqual({
      ...stateGauges({ ...states, empty: 0, ready: 1 }),
      ...left(11 * HOUR_S),
      'betfair.session.unstored': 0,
      'betfair.session.login_blocked': 0,
      'betfair.session.certificate.time_left': expect.any(Number),
    });
  });

  it('show that logins are held back, and that the session is in memory only', async () => {
    const clock = new VirtualClock();
    const { simulator, storage, start } = await createAccount();
    const { sessions } = await start({ persistence: 'best-effort' }, clock);
    storage.fail('write', DOWN());
    await clock.until(sessions.getSession());
    expect(valuesOf(await sdk.collect(), 'betfair.session.unstored')).toEqual({ '': 1 });
    await sessions.keepAlive();
    expect(valuesOf(await sdk.collect(), 'betfair.session.unstored')).toEqual({ '': 0 });
    simulator.endSessions();
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    await expect(clock.until(sessions.keepAlive())).rejects.toThrow('LOCKED');
    const series = await sdk.collect();
    expect(valuesOf(series, 'betfair.session.login_blocked')).toEqual({ '': 1 });
    expect(valuesOf(series, 'betfair.session.status', 'betfair.state')).toMatchObject({
      blocked: 1,
      ready: 0,
    });
  });

  it('go to 0 when the account closes', async () => {
    const { start } = await createAccount();
    const { sessions, close } = await start({ login: 'interactive', certificate: undefined });
    await sessions.getSession();
    expect(await gauges()).toMatchObject({ 'betfair.session.status ready': 1 });
    await close();
    const closed = await gauges();
    expect(Object.keys(closed)).toHaveLength(7);
    expect(new Set(Object.values(closed))).toEqual(new Set([0]));
    expect(await gauges()).toEqual(closed);
  });

  it('show an account that is registered again under the name of a closed one', async () => {
    const { start } = await createAccount();
    await (await start()).close();
    const { sessions } = await start();
    await sessions.getSession();
    expect(await gauges()).toMatchObject({ 'betfair.session.status ready': 1 });
    expect(await gauges()).toMatchObject({ 'betfair.session.status ready': 1 });
  });
});

it('no span and no metric holds a token, a password, an application key or a user name', async () => {
  const clock = new VirtualClock();
  const { simulator, storage, start } = await createAccount();
  const { sessions } = await start({ persistence: 'best-effort' }, clock);
  const options = simulator.options();
  const tokens: string[] = [];
  sessions.session$.subscribe(({ token }) => tokens.push(token));
  const quote = (token: string) =>
    new Error([token, options.username, options.password, options.applicationKey].join(' '));
  const { token } = await request('first', () => sessions.getSession());
  storage.fail('read', quote(token));
  storage.fail('write', quote(token));
  simulator.endSessions();
  simulator.fail('keepAlive', { reply: { token, status: 'FAIL', error: token } });
  await clock.until(sessions.keepAlive().catch(() => undefined));
  await clock.until(sessions.keepAlive().catch(() => undefined));
  simulator.account().loginCode = 'INVALID_USERNAME_OR_PASSWORD';
  simulator.endSessions();
  await clock.until(sessions.keepAlive().catch(() => undefined));
  const shown = [
    await sdk.collect(),
    sdk.spans().map(({ name, attributes, events, links, status }) => {
      return { name, attributes, events, links, status };
    }),
  ];
  expect(JSON.stringify(shown)).toContain('INVALID_USERNAME_OR_PASSWORD');
  expectNoSecret(shown, [...secretsOf(options, tokens), options.username]);
});

it('telemetry: false reports nothing', async () => {
  const { start } = await createAccount();
  const { sessions } = await start({ telemetry: false });
  await request('first', () => sessions.getSession());
  expect(sdk.spans().map(({ name }) => name)).toEqual(['first']);
  expect(await sdk.collect()).toEqual([]);
});
