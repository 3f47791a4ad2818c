import { type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  BetfairSessionModule,
  type BetfairSessionOptions,
  SessionAccounts,
  type SessionService,
  type SessionStorage,
} from 'nestjs-betfair-session';
import { SESSION_CLOCK } from 'nestjs-betfair-session/testing';
import { RecordingLogger, watchAccount } from '../support/application.js';
import type { CountedClock } from '../support/counting.clock.js';
import type { Invariants } from '../support/invariants/invariants.js';
import { workAs } from '../support/invariants/work.js';

/** One account in one process. */
export interface SoakService {
  readonly username: string;
  readonly sessions: SessionService;
}

/** An account that comes while the process runs. Its store outlasts it. */
export type ComingAccount = BetfairSessionOptions & { readonly storage: SessionStorage };

export interface ProcessSettings {
  readonly clock: CountedClock;
  readonly invariants: Invariants;
  /** With them, it serves HTTP. */
  readonly controllers?: Type[];
}

/** An application with several named accounts, as one process of many would have it. */
export class SoakProcess {
  /** Of its accounts, also of those that came. */
  readonly services: SoakService[] = [];
  readonly #accounts: SessionAccounts;

  private constructor(
    private readonly application: INestApplicationContext,
    private readonly logger: RecordingLogger,
    private readonly settings: ProcessSettings,
    /** Of its controllers. */
    readonly url: string,
  ) {
    this.#accounts = application.get(SessionAccounts, { strict: false });
  }

  static async start(
    accounts: readonly BetfairSessionOptions[],
    settings: ProcessSettings,
  ): Promise<SoakProcess> {
    const { clock, invariants, controllers = [] } = settings;
    const imports = accounts.map((options) =>
      BetfairSessionModule.forRoot({ ...options, name: options.username }),
    );
    @Module({ imports: [BetfairSessionModule, ...imports], controllers })
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
    const { application, url } =
      controllers.length > 0 ? await serve(module) : { application: await module.init(), url: '' };
    const started = new SoakProcess(application, logger, settings, url);
    started.services.push(...services);
    return started;
  }

  /** Adds an account under its user name. */
  async add(options: ComingAccount): Promise<SoakService> {
    const { logger } = this;
    const { clock, invariants } = this.settings;
    const { username, storage } = options;
    const sessions = await this.#accounts.add(username, options);
    invariants.watch({ sessions, storage, logger, clock, options });
    const service = { username, sessions };
    this.services.push(service);
    return service;
  }

  /** Removes an account that was added, once `calls` on it have ended. It is gone even if this fails. */
  async remove(
    service: SoakService,
    logout: boolean,
    calls: Promise<unknown> = Promise.resolve(),
  ): Promise<void> {
    this.services.splice(this.services.indexOf(service), 1);
    try {
      await this.#accounts.remove(service.username, { logout });
    } finally {
      await calls;
      this.settings.invariants.forget(service.sessions);
    }
  }

  close(): Promise<void> {
    return this.application.close();
  }
}

async function serve(module: TestingModule) {
  const application = module.createNestApplication();
  // What a handler sends when it runs again is not another request.
  application.use((_request: unknown, _response: unknown, next: () => void) => {
    workAs({ requests: new Set() }, next);
  });
  await application.listen(0, '127.0.0.1');
  return { application, url: await application.getUrl() };
}
