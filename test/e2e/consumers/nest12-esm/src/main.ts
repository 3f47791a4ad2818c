import { NestFactory } from '@nestjs/core';
import { BetfairSessionModule } from 'nestjs-betfair-session';
import { BetfairStream, BetfairStreamModule } from 'nestjs-betfair-session/stream';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { firstValueFrom } from 'rxjs';
import { MarketsModule } from './app.module.js';

// Starts the application with the simulator as Betfair, uses it, and must then end by itself.
const betfair = await BetfairSimulator.start();
const session = BetfairSessionModule.forRoot({ ...betfair.options(), keepAlive: true });
const app = await NestFactory.create(
  { module: MarketsModule, imports: [session, BetfairStreamModule.forRoot()] },
  { logger: ['error', 'warn'] },
);
await app.listen(0, '127.0.0.1');
const url = `${await app.getUrl()}/markets`;

const first: unknown = await (await fetch(url)).json();
betfair.endSessions();
await fetch(url);
const last: unknown = await (await fetch(url)).json();
const orders = app.get(BetfairStream).messages({ subscription: { op: 'orderSubscription' } });
const { ct } = await firstValueFrom(orders);
await app.close();
await betfair.stop();
console.log(JSON.stringify({ first, last, ct, logins: betfair.counts.logins }));
