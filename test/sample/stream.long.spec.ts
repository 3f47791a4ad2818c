import { createServer } from 'node:net';
import { BetfairSimulator, createTestSession } from 'nestjs-betfair-session/testing';
import { lastValueFrom } from 'rxjs';
import { StreamClient } from '../../sample/stream/stream.client.js';
import { streamMessages } from '../../sample/stream/stream.connection.js';
import { errorOf } from '../identity/support/secrets.js';
import { RecordingLogger } from '../support/application.js';
import { rightClient, until } from '../testing/simulator/wire.js';
import { startOddStream } from './support/odd-stream.js';
import { type RunningSample, startSample, streamAddress } from './support/sample-application.js';

let simulator: BetfairSimulator;
let sample: RunningSample | undefined;

beforeEach(async () => {
  simulator = await BetfairSimulator.start();
});

afterEach(async () => {
  await sample?.close();
  sample = undefined;
  await simulator.stop();
});

/** The waits that were logged, in milliseconds. */
function waitsIn({ lines }: RecordingLogger): number[] {
  return lines.flatMap((line) => {
    const [, wait] = /again in (\d+) ms/.exec(String(line)) ?? [];
    return wait === undefined ? [] : Number(wait);
  });
}

/** From half a second to one, doubling with every failure. */
function expectGrowing(waits: readonly number[]): void {
  for (const [failure, wait] of waits.entries()) {
    expect(wait).toBeGreaterThanOrEqual(500 * 2 ** failure);
    expect(wait).toBeLessThanOrEqual(1_000 * 2 ** failure);
  }
}

it('waits longer each time while the stream is out of order, and asks for no login', async () => {
  const logger = new RecordingLogger();
  simulator.stream.fail('UNEXPECTED_ERROR', { times: 4 });
  sample = await startSample(simulator.options(), { stream: streamAddress(simulator), logger });
  await until(() => simulator.stream.counts.authentications === 1);
  expect(waitsIn(logger)).toHaveLength(4);
  expectGrowing(waitsIn(logger));
  expect(simulator.counts).toMatchObject({ loginAttempts: 1, keepAlives: 0 });
}, 60_000);

it('waits longer each time where the stream refuses a session that Betfair takes, and makes no login', async () => {
  simulator.stream.fail('INVALID_SESSION_INFORMATION', { times: 4 });
  const started = performance.now();
  sample = await startSample(simulator.options(), { stream: streamAddress(simulator) });
  await until(() => simulator.stream.counts.authentications === 1);
  // At once, then 1 to 2, 2 to 4 and 4 to 8 seconds.
  expect(performance.now() - started).toBeGreaterThan(7_000);
  expect(simulator.counts.logins).toBe(1);
  expect(simulator.counts.keepAlives).toBeLessThanOrEqual(3);
}, 60_000);

it('waits longer each time where the stream closes after the authentication', async () => {
  const odd = await startOddStream((socket) => {
    socket.write('{"op":"connection","connectionId":"1-2-3"}\r\n');
    const status = { op: 'status', id: 1, statusCode: 'SUCCESS', connectionClosed: false };
    const refusal = { ...status, id: 2, statusCode: 'FAILURE', connectionClosed: true };
    const lines = [status, { ...refusal, errorCode: 'TOO_MANY_REQUESTS' }];
    socket.once('data', () => socket.end(lines.map((line) => JSON.stringify(line)).join('\r\n')));
  });
  const logger = new RecordingLogger();
  sample = await startSample(simulator.options(), { stream: odd.connection, logger });
  await until(() => waitsIn(logger).length === 4);
  await sample.close();
  await odd.close();
  expectGrowing(waitsIn(logger));
}, 60_000);

it('says that one subscription was refused, and keeps the connection', async () => {
  const odd = await startOddStream((socket) => {
    socket.write('{"op":"connection","connectionId":"1-2-3"}\r\n');
    socket.on('data', (data) => {
      const { id }: { id: number } = JSON.parse(String(data).split('\n')[0] ?? '');
      const status = { op: 'status', id, connectionClosed: false };
      const code = { statusCode: 'FAILURE', errorCode: 'SUBSCRIPTION_LIMIT_EXCEEDED' };
      socket.write(`${JSON.stringify({ ...status, ...(id === 2 && code) })}\r\n`);
    });
  });
  const logger = new RecordingLogger();
  sample = await startSample(simulator.options(), { stream: odd.connection, logger });
  await until(() =>
    logger.lines.some((line) => String(line).includes('Refused: SUBSCRIPTION_LIM')),
  );
  expect(sample.app.get(StreamClient).status).toEqual({ connected: true, connectionId: '1-2-3' });
  await sample.close();
  await odd.close();
});

it('keeps a connection without subscriptions for longer than Betfair lets it be silent', async () => {
  const options = simulator.options();
  const token = await rightClient(options).token();
  const session = createTestSession({ ...options, token });
  const messages: unknown[] = [];
  const running = streamMessages(streamAddress(simulator), session).subscribe((message) =>
    messages.push(message),
  );
  await until(() => messages.length === 3);
  expect(messages).toMatchObject([{ id: 1 }, { id: 0 }, { id: 0 }]);
  expect(simulator.stream.counts).toEqual({ connections: 1, authentications: 1, open: 1 });
  running.unsubscribe();
}, 60_000);

it('gives up a connection on which nothing comes', async () => {
  const mute = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  await until(() => mute.listening);
  const { port } = Object.assign({ port: 0 }, mute.address());
  const session = createTestSession();
  expect(
    await errorOf(lastValueFrom(streamMessages({ host: '127.0.0.1', port }, session))),
  ).toEqual(new Error('The stream fell silent.'));
  await new Promise((resolve) => mute.close(resolve));
}, 60_000);
