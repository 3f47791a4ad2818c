// A Nest application that a test stops and continues by signals; it uses the built package.
import { NestFactory } from '@nestjs/core';
import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';
import { createInterface } from 'node:readline';

const options = JSON.parse(process.env.STOPPED_CHILD);
const app = await NestFactory.createApplicationContext(BetfairSessionModule.forRoot(options), {
  logger: false,
});
const sessions = app.get(SessionService);
const say = (line) => console.log(JSON.stringify(line));

say({ done: 'start' });
for await (const method of createInterface({ input: process.stdin })) {
  try {
    await sessions[method]();
    say({ done: method });
  } catch ({ code, message }) {
    say({ failed: method, code, message });
  }
}
await app.close();
