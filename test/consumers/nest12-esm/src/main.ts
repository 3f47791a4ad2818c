import { NestFactory } from '@nestjs/core';
import { BetfairSessionModule } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { MarketsModule } from './app.module.js';

// Starts the application with the simulator as Betfair, uses it, and must then end by itself.
const betfair = await BetfairSimulator.start();
const session = BetfairSessionModule.forRoot({ ...betfair.options(), keepAlive: true });
const app = await NestFactory.create(
  { module: MarketsModule, imports: [session] },
  { logger: ['error', 'warn'] },
);
await app.listen(0, '127.0.0.1');
const url = `${await app.getUrl()}/markets`;

const first: unknown = await (await fetch(url)).json();
betfair.endSessions();
await fetch(url);
const last: unknown = await (await fetch(url)).json();
await app.close();
await betfair.stop();
console.log(JSON.stringify({ first, last, logins: betfair.counts.logins }));
