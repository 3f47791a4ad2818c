import { NestFactory } from '@nestjs/core';
import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';
import { BetfairStream } from 'nestjs-betfair-session/stream';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { firstValueFrom } from 'rxjs';

const betfair = await BetfairSimulator.start();
const session = BetfairSessionModule.forRoot(betfair.options());
const app = await NestFactory.createApplicationContext(session, { logger: ['error', 'warn'] });
const sessions = app.get(SessionService);
await sessions.getSession();
const { state } = sessions.status;
const orders = new BetfairStream(sessions).messages({ subscription: { op: 'orderSubscription' } });
const { ct } = await firstValueFrom(orders);
await app.close();
const { logins } = betfair.counts;
await betfair.stop();
console.log(JSON.stringify({ logins, state, ct }));
