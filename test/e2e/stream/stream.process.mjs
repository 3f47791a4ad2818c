// An application that does nothing but follow the Stream API, from the built package: its session service from the
// ES modules, its stream from the CommonJS ones. Prints each state of the stream. On stdin it takes "end", which ends the
// session, and "close", which ends the application.
import { createRequire } from 'node:module';
import { NestFactory } from '@nestjs/core';
import { BetfairSessionModule, SessionService } from '../../../dist/esm/index.js';
import { BetfairSimulator } from '../../../dist/esm/testing/index.js';

const { BetfairStream } = createRequire(import.meta.url)('../../../dist/cjs/stream/index.js');

const simulator = await BetfairSimulator.start();
const { endpoints, ...options } = simulator.options();
// Nobody listens there.
const stream = process.argv[2] === 'unreachable' ? '127.0.0.1:1' : endpoints.stream;
const app = await NestFactory.createApplicationContext(
  BetfairSessionModule.forRoot({ ...options, endpoints: { ...endpoints, stream } }),
  { logger: false },
);
const streams = new BetfairStream(app.get(SessionService));
streams.status$.subscribe(([status]) => console.log(status?.state ?? 'none'));
streams
  .messages({ subscription: { op: 'orderSubscription' } })
  .subscribe({ complete: () => console.log('completed') });
await app.get(SessionService).getSession();
// Now only the stream is left that could keep the process alive.
if (process.argv[2] === 'unreachable') await simulator.stop();
else process.stdin.on('data', (command) => void obey(command));

async function obey(command) {
  if (String(command).trim() === 'end') return simulator.endSessions();
  process.stdin.destroy();
  await app.close();
  await simulator.stop();
  console.log('closed');
}
