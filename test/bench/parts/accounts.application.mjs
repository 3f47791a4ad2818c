// An application with many named accounts, each with a session of its own.
import { NestFactory } from '@nestjs/core';
import { BetfairSessionModule, getSessionServiceToken } from 'nestjs-betfair-session';

function AppModule() {}

export async function start({ count, options }) {
  const names = Array.from({ length: count }, (_, index) => `account-${index}`);
  const imports = names.map((name) =>
    BetfairSessionModule.forRoot({ ...options, name, sessionKey: `${name}.token` }),
  );
  const application = await NestFactory.createApplicationContext(
    { module: AppModule, imports },
    { logger: ['error'] },
  );
  for (const name of names) await application.get(getSessionServiceToken(name)).getSession();
}

/** Bytes of heap in use. */
export function answer() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
