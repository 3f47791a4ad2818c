import { NestFactory } from '@nestjs/core';
import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';

/** An application without HTTP around one account. */
export async function createSessions(options) {
  const module = BetfairSessionModule.forRoot(options);
  const application = await NestFactory.createApplicationContext(module, {
    logger: ['error'],
    abortOnError: false,
  });
  return { sessions: application.get(SessionService), close: () => application.close() };
}
