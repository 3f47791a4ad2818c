import type { INestApplication, LoggerService } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { type BetfairSessionOptions, getSessionOptionsToken } from 'nestjs-betfair-session';
import { AppModule } from '../../../../sample/app.module.js';
import { LastPricesService } from '../../../../sample/stream/last-prices.service.js';

export interface RunningSample {
  readonly app: INestApplication;
  readonly url: string;
  /** Whether the scheduled job was waiting for its minute. */
  readonly scheduled: boolean;
  readonly get: (path: string) => Promise<Response>;
  readonly post: (path: string, body: object) => Promise<Response>;
  readonly close: () => Promise<void>;
}

/** Beside the account: if the stream is followed, and where logs go. */
export interface SampleSettings {
  /** @default false */
  readonly hasStream?: boolean;
  readonly logger?: LoggerService;
}

/** The sample as it is, listening on a free port, with the account of `options`. */
export async function startSample(
  options: BetfairSessionOptions,
  settings?: SampleSettings,
): Promise<RunningSample> {
  const builder = Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(getSessionOptionsToken())
    .useValue({ ...options, keepAlive: true });
  return listen(builder, settings);
}

/** The sample as it is without an account: with a simulator of its own, and the stream. */
export async function startSimulated(storage = 'mem://'): Promise<RunningSample> {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('BETFAIR_')) delete process.env[name];
  }
  process.env['BETFAIR_STORAGE'] = storage;
  return listen(Test.createTestingModule({ imports: [AppModule] }), { hasStream: true });
}

async function listen(
  builder: TestingModuleBuilder,
  { hasStream = false, logger }: SampleSettings = {},
): Promise<RunningSample> {
  // Who is first to notice that a session has ended must not depend on chance where requests are counted.
  if (!hasStream) builder.overrideProvider(LastPricesService).useValue({ prices: new Map() });
  if (logger) builder.setLogger(logger);
  const module = await builder.compile();
  const app = module.createNestApplication({ logger: logger ?? false });
  await app.listen(0, '127.0.0.1');
  const job = app.get(SchedulerRegistry).getCronJob('market-watch');
  const scheduled = job.isActive;
  // Tests that count calls must not depend on the second at which they run.
  await job.stop();
  const url = await app.getUrl();
  return {
    app,
    url,
    scheduled,
    get: (path) => fetch(`${url}${path}`),
    post: (path, body) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    close: () => app.close(),
  };
}
