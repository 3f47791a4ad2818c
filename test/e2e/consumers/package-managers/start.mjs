import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';

class AppModule {}

const betfair = await BetfairSimulator.start();
const folder = await mkdtemp(join(tmpdir(), 'store-'));

function start(storage, keepAlive) {
  const session = BetfairSessionModule.forRoot({ ...betfair.options(), storage, keepAlive });
  const imports = [ScheduleModule.forRoot(), session];
  const logger = storage.startsWith('file:') ? ['error', 'warn'] : false;
  return NestFactory.createApplicationContext(
    { module: AppModule, imports },
    { logger, abortOnError: false },
  );
}

try {
  const app = await start(pathToFileURL(join(folder, 'session-data')).href, true);
  const sports = await app.get(SessionService).call('SportsAPING/v1.0/listEventTypes');
  // An optional package that is installed: it is shown its timer after the first login.
  while (app.get(SchedulerRegistry).getTimeouts().length === 0) await setTimeout(10);
  const timers = app.get(SchedulerRegistry).getTimeouts();
  await app.close();
  // One that is not.
  const { code, packageName } = await start('postgres://user@127.0.0.1:1/database').catch(
    (error) => error,
  );
  const names = sports.map(({ eventType }) => eventType.name);
  const isPlugged = process.versions.pnp !== undefined;
  console.log(JSON.stringify({ sports: names, timers, code, packageName, isPlugged }));
} finally {
  await betfair.stop();
  await rm(folder, { recursive: true });
}
