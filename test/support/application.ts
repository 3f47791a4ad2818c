import { type LoggerService, Module, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  BetfairSessionModule,
  type BetfairSessionOptions,
  getSessionServiceToken,
  getSessionStorageToken,
  type SessionService,
  type SessionStorage,
} from 'nestjs-betfair-session';
import { SESSION_CLOCK } from 'nestjs-betfair-session/testing';
import { type CountedClock, CountingClock } from './counting.clock.js';
import type { Invariants, Watched } from './invariants/invariants.js';

/** Keeps what is logged, for tests that search it. */
export class RecordingLogger implements LoggerService {
  readonly lines: unknown[][] = [];
  log = (...line: unknown[]) => void this.lines.push(['log', ...line]);
  warn = (...line: unknown[]) => void this.lines.push(['warn', ...line]);
  error = (...line: unknown[]) => void this.lines.push(['error', ...line]);
  debug = (...line: unknown[]) => void this.lines.push(['debug', ...line]);
  verbose = (...line: unknown[]) => void this.lines.push(['verbose', ...line]);
}

export interface TestApplication {
  readonly module: TestingModule;
  readonly sessions: SessionService;
  readonly logger: RecordingLogger;
  readonly close: () => Promise<void>;
}

export interface TestSettings {
  readonly controllers?: Type[];
  /** @default that of the machine */
  readonly clock?: CountedClock | undefined;
  /** Told of the application before it begins to work. */
  readonly invariants?: Invariants;
}

const open = new Set<TestApplication>();

/** A Nest application with one account, as a user would have it; what it logs is recorded. */
export async function createSessions(
  options: BetfairSessionOptions,
  { controllers = [], clock = new CountingClock(), invariants }: TestSettings = {},
): Promise<TestApplication> {
  @Module({ imports: [BetfairSessionModule.forRoot(options)], controllers })
  class TestAppModule {}
  const logger = new RecordingLogger();
  const module = await Test.createTestingModule({ imports: [TestAppModule] })
    .setLogger(logger)
    .overrideProvider(SESSION_CLOCK)
    .useValue(clock)
    .compile();
  const sessions = watchAccount(module, { logger, clock, options }, invariants);
  // With controllers the test makes the HTTP application, which initialises the module.
  if (controllers.length === 0) await module.init();
  const application = {
    module,
    logger,
    sessions,
    async close() {
      if (open.delete(application)) await module.close();
    },
  };
  open.add(application);
  return application;
}

/** The service of an account, by its name; the invariants are told of it before it begins to work. */
export function watchAccount(
  module: TestingModule,
  watched: Omit<Watched, 'sessions' | 'storage'>,
  invariants?: Invariants,
  name?: string,
): SessionService {
  const sessions = module.get(getSessionServiceToken(name), { strict: false });
  const storage = module.get<SessionStorage>(getSessionStorageToken(name), { strict: false });
  invariants?.watch({ ...watched, sessions, storage });
  return sessions;
}

/** The types of the events from now on. */
export function typesOf(sessions: SessionService): string[] {
  const types: string[] = [];
  sessions.events$.subscribe(({ type }) => types.push(type));
  return types;
}

/** Closes every application that a test left open; for `afterEach`. */
export async function closeApplications(): Promise<void> {
  await Promise.all([...open].map((application) => application.close()));
}
