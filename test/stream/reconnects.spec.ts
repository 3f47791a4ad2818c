import type { StreamErrorCode } from 'nestjs-betfair-session/stream';
import { closeAccounts } from '../support/account.js';
import { StreamScene } from './follower.js';

afterEach(closeAccounts);

/** A scene with a market subscription that is served. */
async function served() {
  const scene = await StreamScene.start();
  const follower = scene.followMarkets();
  await scene.until(() => follower.messages.length === 1);
  const { clock, simulator } = scene;
  return { scene, follower, stream: simulator.stream, clock };
}

describe('a connection that', () => {
  it('is cut is made again after a second, and goes on where it ended', async () => {
    const { scene, follower, stream, clock } = await served();
    stream.cut();
    await scene.state('waiting');
    await clock.advance(999);
    expect(stream.counts.connections).toBe(1);
    await clock.advance(1);
    await scene.subscribed();
    await scene.until(() => follower.kinds.includes('RESUB_DELTA'));
    expect(follower.kinds.filter((kind) => kind === 'SUB_IMAGE')).toHaveLength(1);
    expect(stream.counts).toMatchObject({ connections: 2, resumed: 1 });
    expect(scene.simulator.counts).toMatchObject({ logins: 1, keepAlives: 0 });
  });

  it('is cut again and again is made less and less often', async () => {
    const { scene, stream, clock } = await served();
    stream.fail('UNEXPECTED_ERROR', { times: Infinity });
    stream.cut();
    await scene.state('waiting');
    await clock.advance(10 * 60_000);
    // After 1, 2, 4, 8, 16, 32 and then 40 s.
    expect(stream.counts.connections).toBeGreaterThan(15);
    expect(stream.counts.connections).toBeLessThan(23);
    expect(scene.simulator.counts.logins).toBe(1);
    const warnings = scene.application.logger.lines.filter(([level]) => level === 'warn');
    expect(warnings.length).toBeLessThanOrEqual(3);
  });

  it('falls silent is given up after two heartbeats and 2 s', async () => {
    const { scene, follower, stream, clock } = await served();
    await clock.advance(10_000);
    await scene.until(() => follower.messages.length > 5);
    stream.silence();
    await clock.advance(2_900);
    expect(scene.status?.state).toBe('subscribed');
    await clock.advance(1_200);
    await scene.state('waiting');
    expect(scene.status?.error).toMatchObject({
      code: 'BETFAIR_STREAM_LOST',
      message: expect.stringContaining('stopped sending messages'),
    });
    await scene.again();
    expect(stream.counts.resumed).toBe(1);
    expect(scene.simulator.counts.logins).toBe(1);
  });

  it('sends what is no message begins again with an image', async () => {
    const { scene, follower, stream } = await served();
    stream.garble();
    await scene.state('waiting');
    expect(scene.status?.error?.message).toContain('sent a message that cannot be read');
    await scene.again();
    await scene.until(() => follower.kinds.at(-1) === 'SUB_IMAGE');
    expect(stream.counts.resumed).toBe(0);
  });

  it('is late says so in its messages, and is kept', async () => {
    const { scene, follower, stream, clock } = await served();
    stream.late = true;
    await clock.advance(2_000);
    await scene.until(() => follower.messages.some(({ status }) => status === 503));
    expect(stream.counts.connections).toBe(1);
  });
});

describe('the session that', () => {
  it('has ended is replaced by one login, at once, and the stream goes on where it ended', async () => {
    const { scene, follower, stream, clock } = await served();
    // Within 3 s of a login, another one is held back.
    await clock.advance(10_000);
    scene.simulator.endSessions();
    // No time passes.
    await scene.until(() => follower.kinds.includes('RESUB_DELTA'));
    expect(scene.simulator.counts).toMatchObject({ logins: 2, keepAlives: 0 });
    expect(stream.counts).toMatchObject({ connections: 2, authentications: 2, resumed: 1 });
  });

  it('is being checked is not reported as served', async () => {
    const { scene, stream, clock } = await served();
    await clock.advance(10_000);
    scene.simulator.endSessions();
    await scene.until(() => stream.counts.authentications === 2);
    await scene.subscribed();
    // A second refusal within a minute is checked, which here gets no answer.
    await clock.advance(10_000);
    scene.simulator.fail('keepAlive', 'hung');
    scene.simulator.endSessions();
    await scene.until(() => scene.simulator.counts.keepAlives === 1);
    expect(scene.status).toMatchObject({
      state: 'waiting',
      error: { errorCode: 'INVALID_SESSION_INFORMATION' },
    });
    clock.hanging = 1;
    await scene.again();
    expect(scene.simulator.counts.logins).toBe(3);
  });

  it('is refused although Betfair still accepts it costs no login, and is explained', async () => {
    const { scene, stream, clock } = await served();
    stream.fail('INVALID_SESSION_INFORMATION', { times: Infinity });
    stream.cut();
    await scene.state('waiting');
    await clock.advance(60 * 60_000);
    const { logins, keepAlives } = scene.simulator.counts;
    expect(logins).toBeLessThanOrEqual(2);
    expect(keepAlives).toBeGreaterThan(0);
    expect(stream.counts.connections).toBeLessThan(120);
    expect(scene.logged).toContain('Check that \\"endpoints.stream\\" belongs to the jurisdiction');
    scene.simulator.clearFaults();
    await scene.again();
  });

  it.each([
    'NO_SESSION',
    'NOT_AUTHORIZED',
    'INVALID_APP_KEY',
    'MAX_CONNECTION_LIMIT_EXCEEDED',
  ] as const)('is not what %s is about costs no login', async (code) => {
    const { scene, stream } = await served();
    stream.fail(code, { times: 5 });
    stream.cut();
    await scene.again();
    expect(stream.counts.connections).toBe(7);

    expect(scene.simulator.counts.logins).toBe(1);
  });
});

describe('a subscription that is refused', () => {
  it('for its clocks begins again with an image, at once', async () => {
    const { scene, follower, stream, clock } = await served();
    stream.fail('INVALID_CLOCK', { op: 'subscription' });
    stream.cut();
    await scene.state('waiting');
    await clock.advance(1_000);
    await scene.until(() => follower.kinds.at(-1) === 'SUB_IMAGE' && follower.messages.length > 1);
    expect(stream.counts).toMatchObject({ connections: 3, resumed: 0 });
  });

  it('for its clocks although it has none waits', async () => {
    const scene = await StreamScene.start();
    scene.simulator.stream.fail('INVALID_CLOCK', { op: 'subscription', times: Infinity });
    scene.followMarkets();
    await scene.state('waiting');
    await scene.clock.advance(60_000);
    expect(scene.simulator.stream.counts.connections).toBeLessThan(8);
  });

  it.each([
    ['UNEXPECTED_ERROR', 'warn', 2_000],
    ['TIMEOUT', 'warn', 2_000],
    ['CONNECTION_FAILED', 'warn', 2_000],
    ['INVALID_REQUEST', 'warn', 2_000],
    ['MAX_CONNECTION_LIMIT_EXCEEDED', 'warn', 2_000],
    ['TOO_MANY_REQUESTS', 'warn', 40_000],
    ['NOT_AUTHORIZED', 'error', 40_000],
    ['INVALID_INPUT', 'error', 40_000],
    ['INVALID_APP_KEY', 'error', 40_000],
    ['NO_APP_KEY', 'error', 40_000],
    ['SUBSCRIPTION_LIMIT_EXCEEDED', 'error', 40_000],
  ] as const satisfies readonly (readonly [StreamErrorCode, string, number])[])(
    'with %s is told as %s, and made again after %i ms',
    async (code, level, wait) => {
      const { scene, stream, clock } = await served();
      stream.fail(code, { op: 'subscription' });
      stream.cut();
      await scene.state('waiting');
      await clock.advance(1_000);
      await scene.until(
        () =>
          scene.status?.failures === 2 &&
          scene.status.state === 'waiting' &&
          stream.counts.connections === 2,
      );
      const { error } = scene.status ?? {};
      expect(error).toMatchObject({
        name: 'BetfairStreamError',
        code: 'BETFAIR_STREAM_REFUSED',
        errorCode: code,
        retryable: level === 'warn',
        ...(/^INVALID_INPUT|LIMIT_EXCEEDED$/.test(code) &&
          !code.startsWith('MAX') && { errorDetails: 'The test wants it so' }),
      });
      expect(scene.application.logger.lines).toContainEqual([
        level,
        expect.stringContaining(`refused the connection: ${code}. `),
        ...(level === 'error' ? [undefined] : []),
        'BetfairStream',
      ]);
      await clock.advance(wait - 1);
      expect(stream.counts.connections).toBe(2);
      await clock.advance(1_001);
      await scene.subscribed();
      expect(stream.counts.connections).toBe(3);
      expect(scene.simulator.counts.logins).toBe(1);
    },
  );
});

it('logs and shows no text of the stream, which quotes the session and the application key', async () => {
  const { scene, stream, clock } = await served();
  const { token, applicationKey } = await scene.application.sessions.getSession();
  scene.simulator.endSessions();
  await clock.until(scene.until(() => stream.counts.authentications === 2));
  await scene.subscribed();
  stream.fail('INVALID_INPUT', { op: 'subscription' });
  stream.cut();
  await scene.state('waiting');
  await clock.advance(60_000);
  const shown =
    scene.logged +
    JSON.stringify(scene.statuses) +
    String(scene.statuses.flat().map(({ error }) => error?.stack));
  expect(scene.logged).not.toContain('The test wants it so');
  for (const secret of [token, applicationKey, 'Session is not valid']) {
    expect(shown).not.toContain(secret);
  }
});
