import { BetfairStream } from 'nestjs-betfair-session/stream';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { expectNoSecret, secretsOf } from '../../identity/support/secrets.js';
import { RecordingLogger } from '../../support/application.js';
import { until } from '../../support/betting.js';
import { type RunningSample, startSample } from './support/sample-application.js';

let simulator: BetfairSimulator;
let sample: RunningSample;
let stream: BetfairStream;
let logger: RecordingLogger;

beforeEach(async () => {
  simulator = await BetfairSimulator.start();
  logger = new RecordingLogger();
  sample = await startSample(simulator.options(), { hasStream: true, logger });
  stream = sample.app.get(BetfairStream);
  await until(isSubscribed);
});

afterEach(async () => {
  await sample.close();
  await simulator.stop();
});

function isSubscribed(): boolean {
  return stream.status[0]?.state === 'subscribed';
}

/** Waits until there is another connection, which is served. */
async function subscribedAgain(): Promise<void> {
  await until(() => !isSubscribed());
  await until(isSubscribed);
}

async function show(): Promise<unknown> {
  const answer = await sample.get('/stream');
  expect(answer.status).toBe(200);
  return answer.json();
}

describe('GET /stream', () => {
  it('shows prices of the horses, with the session of the application', async () => {
    expect((await sample.get('/markets')).status).toBe(200);
    expect(await show()).toEqual({
      streams: [
        {
          subscription: expect.objectContaining({ op: 'marketSubscription' }),
          state: 'subscribed',
          since: expect.stringMatching(/^\d{4}-/),
          connectionId: expect.stringMatching(/^101-\d+-1$/),
          failures: 0,
        },
      ],
      lastPrices: expect.objectContaining({ '26500001': expect.any(Number) }),
    });
    expect(simulator.counts).toMatchObject({ logins: 1, loginAttempts: 1 });
  });

  it('shows that the network failed, and the connection that follows', async () => {
    simulator.stream.cut();
    await until(() => !isSubscribed());
    expect(await show()).toMatchObject({
      streams: [{ state: 'waiting', error: { code: 'BETFAIR_STREAM_LOST' } }],
    });
    await until(isSubscribed);
    expect(simulator.counts).toMatchObject({ logins: 1, loginAttempts: 1, keepAlives: 0 });
  });

  it('goes on after the session ended, with one login for stream and calls', async () => {
    simulator.endSessions();
    await subscribedAgain();
    expect((await sample.get('/markets')).status).toBe(200);
    expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2 });
  });
});

it('no secret is logged, though the stream quotes them', async () => {
  simulator.endSessions();
  await subscribedAgain();
  simulator.stream.cut();
  await subscribedAgain();
  const tokens = simulator.requests.flatMap(({ headers }) => headers['x-authentication'] ?? []);
  expect(String(logger.lines)).toContain('The marketSubscription of the Stream API is served');
  expectNoSecret(
    logger.lines,
    secretsOf(simulator.options(), [...tokens, ...simulator.liveTokens()]),
  );
});
