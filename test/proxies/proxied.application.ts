import {
  Controller,
  type DynamicModule,
  Get,
  Injectable,
  type INestApplication,
  Module,
  type ModuleMetadata,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BetfairSessionModule,
  type BetfairSessionOptions,
  SessionService,
} from 'nestjs-betfair-session';
import { BetfairSimulator, type BetfairSimulatorOptions } from 'nestjs-betfair-session/testing';
import { RecordingLogger } from '../support/application.js';
import type { Wrapper } from './wrappers.js';

type Work = (sessions: SessionService) => Promise<unknown>;

/** What a request does. It is made by the application, so that a monitor has a trace of it. */
@Injectable()
class Desk {
  work: Work = () => Promise.resolve();

  constructor(private readonly sessions: SessionService) {}

  do(): Promise<unknown> {
    return this.work(this.sessions);
  }
}

@Controller()
class DeskController {
  constructor(private readonly desk: Desk) {}

  @Get('work')
  async work(): Promise<void> {
    await this.desk.do();
  }
}

/** An application in which every provider is wrapped. */
export interface ProxiedApplication {
  readonly app: INestApplication;
  readonly logger: RecordingLogger;
  readonly get: (path: string) => Promise<Response>;
  /** Works within a request, with the service that is injected there. */
  readonly within: <T>(work: (sessions: SessionService) => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

const cleanups: (() => Promise<unknown>)[] = [];

/** Does so once the test is over, in the reverse order. */
export function afterwards(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

/** For `afterEach`. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
}

export async function startSimulator(
  settings?: BetfairSimulatorOptions,
): Promise<BetfairSimulator> {
  const simulator = await BetfairSimulator.start(settings);
  afterwards(() => simulator.stop());
  return simulator;
}

/** The module of an account; what `overrides` names replaces the simulator's options. */
export function account(
  simulator: BetfairSimulator,
  overrides: Partial<BetfairSessionOptions> = {},
  username?: string,
): DynamicModule {
  const options: BetfairSessionOptions = Object.assign(simulator.options(username), overrides);
  const named = username === undefined ? {} : { name: username };
  return BetfairSessionModule.forRootAsync({ ...named, useFactory: () => options });
}

/** Starts an application on a free port; rejects if it does not start. */
export async function startProxied(
  { instanceDecorator, change = (metadata) => metadata }: Wrapper,
  { controllers = [], providers = [], ...metadata }: ModuleMetadata,
): Promise<ProxiedApplication> {
  @Module(
    change({
      ...metadata,
      controllers: [DeskController, ...controllers],
      providers: [Desk, ...providers],
    }),
  )
  class ProxiedModule {}
  const logger = new RecordingLogger();
  const app = await NestFactory.create(ProxiedModule, {
    instrument: { instanceDecorator },
    abortOnError: false,
    logger,
  });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await app.close();
    isOpen = false;
  };
  afterwards(close);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const get = async (path: string) => fetch(url + path);
  return {
    app,
    logger,
    get,
    close,
    async within<T>(work: (sessions: SessionService) => Promise<T>) {
      let done: Promise<T> | undefined;
      app.get(Desk).work = (sessions) => (done = work(sessions));
      await get('/work');
      if (done === undefined) throw new Error('The request did not arrive.');
      return done;
    },
  };
}
