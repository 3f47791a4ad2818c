import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  BetfairSessionModule,
  type BetfairSessionOptions,
  type SessionService,
} from 'nestjs-betfair-session';
import { SESSION_CLOCK } from 'nestjs-betfair-session/testing';
import { RecordingLogger, watchAccount } from '../support/application.js';
import type { CountedClock } from '../support/counting.clock.js';
import type { Invariants } from '../support/invariants/invariants.js';

/** One account in one process. */
export interface SoakService {
  readonly username: string;
  readonly sessions: SessionService;
}

export interface SoakProcess {
  readonly services: readonly SoakService[];
  readonly close: () => Promise<void>;
}

/** Starts an application with several named accounts, as one process of many would have it. */
export async function startProcess(
  accounts: readonly BetfairSessionOptions[],
  clock: CountedClock,
  invariants: Invariants,
): Promise<SoakProcess> {
  @Module({
    imports: accounts.map((options) =>
      BetfairSessionModule.forRoot({ ...options, name: options.username }),
    ),
  })
  class ProcessModule {}
  const logger = new RecordingLogger();
  const module = await Test.createTestingModule({ imports: [ProcessModule] })
    .setLogger(logger)
    .overrideProvider(SESSION_CLOCK)
    .useValue(clock)
    .compile();
  const services = accounts.map((options) => {
    const { username } = options;
    const sessions = watchAccount(module, { logger, clock, options }, invariants, username);
    return { username, sessions };
  });
  await module.init();
  return { services, close: () => module.close() };
}
