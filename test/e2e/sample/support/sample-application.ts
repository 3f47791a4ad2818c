import type { INestApplication, LoggerService } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { type BetfairSessionOptions, getSessionOptionsToken } from 'nestjs-betfair-session';
import { AppModule } from '../../../../sample/app.module.js';
import { LastPricesService } from '../../../../sample/stream/last-prices.service.js';

export interface RunningSample {
  readonly app: INestApplication;
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
  { hasStream = false, logger }: SampleSettings = {},
): Promise<RunningSample> {
  const builder = Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(getSessionOptionsToken())
    .useValue({ ...options, keepAlive: true });
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
