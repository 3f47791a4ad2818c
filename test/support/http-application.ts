import type { ServerResponse } from 'node:http';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  type INestApplication,
  type ModuleMetadata,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  BetfairSessionModule,
  type BetfairSessionOptions,
  SessionService,
} from 'nestjs-betfair-session';
import { BetfairSimulator, SESSION_CLOCK } from 'nestjs-betfair-session/testing';
import { RecordingLogger, watchAccount } from './application.js';
import { RawClients } from './betting.js';
import { CountingClock } from './counting.clock.js';
import { alive, Invariants } from './invariants/invariants.js';
import { workAs } from './invariants/work.js';

/** Keeps what goes up from handlers and interceptors, and answers 500 with the name of the error. */
@Catch()
export class RecordingFilter implements ExceptionFilter {
  readonly errors: unknown[] = [];

  catch(error: unknown, host: ArgumentsHost): void {
    this.errors.push(error);
    const response = host.switchToHttp().getResponse<ServerResponse>();
    const name = error instanceof Error ? error.name : 'unknown';
    if (response.headersSent) response.end(`|${name}`);
    else response.writeHead(500).end(name);
  }
}

/** What the controllers of a test use. */
export interface Betting {
  readonly simulator: BetfairSimulator;
  readonly raw: RawClients;
  /** Of the default account; there once the application runs. */
  readonly sessions: () => SessionService;
}

export interface HttpApplication extends Betting {
  readonly errors: readonly unknown[];
  readonly logger: RecordingLogger;
  readonly get: (path: string, init?: RequestInit) => Promise<Response>;
  readonly post: (path: string) => Promise<Response>;
}

const cleanups: (() => Promise<unknown>)[] = [];

/** Starts a Nest application on Express with the default account, and what `define` adds, on a free port. */
export async function serve(
  define: (betting: Betting) => ModuleMetadata,
  overrides: Partial<BetfairSessionOptions> = {},
): Promise<HttpApplication> {
  const before = alive();
  const simulator = await BetfairSimulator.start();
  const invariants = new Invariants(simulator, before);
  cleanups.push(async () => expect(await invariants.end()).toEqual([]));
  cleanups.push(() => simulator.stop());
  const raw = new RawClients(simulator);
  cleanups.push(() => raw.close());
  const logger = new RecordingLogger();
  const clock = new CountingClock();
  const filter = new RecordingFilter();
  let app: INestApplication | undefined;
  const sessions = () => {
    if (app === undefined) throw new Error('The application does not run yet.');
    return app.get(SessionService);
  };
  const metadata = define({ simulator, raw, sessions });
  const options: BetfairSessionOptions = Object.assign({ ...simulator.options() }, overrides);
  const module = await Test.createTestingModule({
    ...metadata,
    imports: [BetfairSessionModule.forRoot(options), ...(metadata.imports ?? [])],
  })
    .setLogger(logger)
    .overrideProvider(SESSION_CLOCK)
    .useValue(clock)
    .compile();
  watchAccount(module, { logger, clock, options }, invariants);
  app = module.createNestApplication();
  const running = app;
  cleanups.push(() => running.close());
  app.use((_request: unknown, _response: unknown, next: () => void) => {
    workAs({ requests: new Set() }, next);
  });
  app.useGlobalFilters(filter);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const get = (path: string, init?: RequestInit) => fetch(url + path, init);
  const post = (path: string) => get(path, { method: 'POST' });
  return { simulator, raw, sessions, logger, errors: filter.errors, get, post };
}

/** For `afterEach`: ends what `serve` started. */
export async function closeServed(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
}
