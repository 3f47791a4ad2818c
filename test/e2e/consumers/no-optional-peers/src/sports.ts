import { NestFactory } from '@nestjs/core';
import {
  BetfairSessionModule,
  betfairSessionOptionsFromEnv,
  SessionService,
} from 'nestjs-betfair-session';

const session = BetfairSessionModule.forRoot({
  ...betfairSessionOptionsFromEnv(),
  storage: 'mem://',
});
const app = await NestFactory.createApplicationContext(session, { logger: ['error', 'warn'] });
const sports = await app
  .get(SessionService)
  .call<{ eventType: { name: string } }[]>('SportsAPING/v1.0/listEventTypes');
console.log(JSON.stringify(sports.map(({ eventType }) => eventType.name)));
await app.close();
