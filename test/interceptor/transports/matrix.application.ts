import type { NestInterceptor } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import {
  BetfairSessionInterceptor,
  BetfairSessionModule,
  getSessionServiceToken,
  type SessionService,
  UseBetfairSession,
  type UseBetfairSessionOptions,
} from 'nestjs-betfair-session';
import { SESSION_CLOCK } from 'nestjs-betfair-session/testing';
import { finalize, firstValueFrom, ReplaySubject } from 'rxjs';
import { RecordingLogger, watchAccount } from '../../support/application.js';
import { workAs } from '../../support/invariants/work.js';
import { type HandlerDecorators, oneHandler } from '../support/one-handler.js';
import type { Cell, Kind, Transport, Way } from './cell.js';
import type { Outcome } from './cell.rule.js';
import { Exchange, NAMED } from './exchange.js';
import { HandlerScript } from './handler.script.js';
import { EXPRESS, FASTIFY } from './http.transport.js';
import { TCP } from './tcp.transport.js';
import { accountOf, type TransportDriver } from './transport.js';
import { WEB_SOCKET } from './websocket.transport.js';

const DRIVERS: Readonly<Record<Transport, TransportDriver>> = {
  Express: EXPRESS,
  Fastify: FASTIFY,
  TCP,
  WebSocket: WEB_SOCKET,
};

const ADDRESS = 'handler';

/** One application with one handler, that observes one cell after the other. */
export interface MatrixApplication extends AsyncDisposable {
  observe(cell: Cell): Promise<Outcome>;
}

export async function startMatrix(
  transport: Transport,
  way: Way,
  kind: Kind,
): Promise<MatrixApplication> {
  const exchange = await Exchange.start();
  const driver = DRIVERS[transport];
  let script: HandlerScript | undefined;
  let ended = new ReplaySubject<void>(1);
  const ending: NestInterceptor = {
    intercept: (_context, next) =>
      workAs({ requests: new Set() }, () => next.handle()).pipe(finalize(() => ended.next())),
  };
  const handler = oneHandler(
    (session, given) => script?.handle(session, given),
    decorated(driver.decorators(ADDRESS, way, kind), way, kind),
  );
  const interceptor = kind.placement === 'application' || kind.placement === 'all';
  const interceptors = [
    { provide: APP_INTERCEPTOR, useValue: ending },
    ...(interceptor ? [{ provide: APP_INTERCEPTOR, useClass: BetfairSessionInterceptor }] : []),
  ];
  const { accounts, clock, invariants } = exchange;
  const logger = new RecordingLogger();
  const module = await Test.createTestingModule({
    imports: accounts.map((options) => BetfairSessionModule.forRoot(options)),
    controllers: driver.registeredAs === 'controllers' ? [handler] : [],
    providers: [...interceptors, ...(driver.registeredAs === 'providers' ? [handler] : [])],
  })
    .setLogger(logger)
    .overrideProvider(SESSION_CLOCK)
    .useValue(clock)
    .compile();
  for (const options of accounts) {
    watchAccount(module, { logger, clock, options }, invariants, options.name);
  }
  const door = await driver.open(module);
  return {
    async observe(cell) {
      const account = kind.account === 'default' ? undefined : NAMED;
      const sessions = module.get<SessionService>(getSessionServiceToken(account), {
        strict: false,
      });
      const run = new HandlerScript(cell, exchange, sessions);
      script = run;
      ended = new ReplaySubject(1);
      let saw: string[] = [];
      const traffic = await exchange.during(cell, sessions, async () => {
        saw = await door.ask(ADDRESS, cell, firstValueFrom(ended));
      });
      return { runs: run.runs, ...traffic, saw };
    },
    async [Symbol.asyncDispose]() {
      await door.close();
      await exchange.raw.close();
    },
  };
}

function decorated(base: HandlerDecorators, { retry }: Way, kind: Kind): HandlerDecorators {
  const names: Record<Kind['account'], UseBetfairSessionOptions['name']> = {
    default: undefined,
    'by name': NAMED,
    'by function': accountOf,
  };
  const use = UseBetfairSession({ name: names[kind.account], retry });
  const { placement } = kind;
  return {
    ...base,
    onClass: [...base.onClass, ...(placement === 'class' || placement === 'all' ? [use] : [])],
    onMethod: [...base.onMethod, ...(placement === 'method' || placement === 'all' ? [use] : [])],
  };
}
