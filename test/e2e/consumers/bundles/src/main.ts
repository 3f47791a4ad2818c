import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { BetfairSessionModule, MissingPackageError, SessionService } from 'nestjs-betfair-session';

/** Those of a simulator. */
const options = JSON.parse(process.env['OPTIONS'] ?? '{}');

@Controller('sports')
class SportsController {
  constructor(private readonly betfair: SessionService) {}

  @Get()
  async list(): Promise<string[]> {
    const sports = await this.betfair.call<{ eventType: { name: string } }[]>(
      'SportsAPING/v1.0/listEventTypes',
    );
    return sports.map(({ eventType }) => eventType.name);
  }
}

@Module({ imports: [BetfairSessionModule.forRoot(options)], controllers: [SportsController] })
class AppModule {}

/** Finds which package a store lacks. */
async function missingFor(storage: string): Promise<string | undefined> {
  try {
    const module = BetfairSessionModule.forRoot({ ...options, storage });
    const quiet = { logger: false, abortOnError: false } as const;
    await (await NestFactory.createApplicationContext(module, quiet)).close();
    return undefined;
  } catch (error) {
    if (error instanceof MissingPackageError) return error.packageName;
    throw error;
  }
}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, new ExpressAdapter(), { logger: ['error'] });
  await app.listen(0, '127.0.0.1');
  const sports: unknown = await (await fetch(`${await app.getUrl()}/sports`)).json();
  await app.close();
  const missing: (string | undefined)[] = [];
  for (const store of [
    's3://bucket?region=eu-west-1',
    'azblob://container?storage_account=account',
    'gs://bucket',
    'redis://127.0.0.1:1',
    'postgres://user@127.0.0.1:1/database',
  ]) {
    missing.push(await missingFor(store));
  }
  console.log(JSON.stringify({ sports, missing }));
}

void main();
