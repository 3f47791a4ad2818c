import { NestFactory } from '@nestjs/core';
import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';

// No application talks to Betfair before it is asked to: nothing is sent from here.
const session = BetfairSessionModule.forRoot({
  username: 'user',
  password: 'password',
  applicationKey: 'key',
  login: 'interactive',
  storage: 'mem://',
});
const app = await NestFactory.createApplicationContext(session, { logger: ['error', 'warn'] });
const { state } = app.get(SessionService).status;
await app.close();
console.log(JSON.stringify({ state }));
