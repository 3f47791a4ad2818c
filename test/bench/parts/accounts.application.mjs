// An application with many named accounts, each with a session of its own.
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BetfairSessionModule, getSessionServiceToken } from 'nestjs-betfair-session';

export async function start({ count, options }) {
  const names = Array.from({ length: count }, (_, index) => `account-${index}`);
  class AppModule {}
  Module({
    imports: names.map((name) =>
      BetfairSessionModule.forRoot({ ...options, name, sessionKey: `${name}.token` }),
    ),
  })(AppModule);
  const application = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
  for (const name of names) await application.get(getSessionServiceToken(name)).getSession();
}

/** Bytes of heap in use. */
export function answer() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
