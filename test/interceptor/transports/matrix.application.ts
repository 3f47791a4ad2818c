import type { NestInterceptor } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import {
  BetfairSessionInterceptor,
  getSessionServiceToken,
  type SessionService,
  UseBetfairSession,
  type UseBetfairSessionOptions,
} from 'nestjs-betfair-session';
import { finalize, firstValueFrom, ReplaySubject } from 'rxjs';
import { SESSION_CLOCK } from '../../../lib/betfair-session.constants.js';
import { RecordingLogger } from '../../support/application.js';
import { type HandlerDecorators, oneHandler } from '../support/one-handler.js';
import { type Cell, type Kind, kindsOf, type Transport, type Way, WAYS } from './cell.js';
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

/** One application with the handlers of a transport, that observes one cell after the other. */
export interface MatrixApplication {
  observe(cell: Cell): Promise<Outcome>;
  close(): Promise<void>;
}

/** Whether handlers of that kind need the interceptor of the application, which would be around all others too. */
export const underApplicationInterceptor = ({ placement }: Kind): boolean =>
  placement === 'application' || placement === 'all';

export async function startMatrix(
  transport: Transport,
  interceptor: boolean,
): Promise<MatrixApplication> {
  const exchange = await Exchange.start();
  const driver = DRIVERS[transport];
  let script: HandlerScript | undefined;
  let ended = new ReplaySubject<void>(1);
  const ending: NestInterceptor = {
    intercept: (_context, next) => next.handle().pipe(finalize(() => ended.next())),
  };
  const handlers = WAYS[transport].flatMap((way) =>
    kindsOf(transport, way)
      .filter((kind) => underApplicationInterceptor(kind) === interceptor)
      .map((kind) =>
        oneHandler(
          (session, given) => script?.handle(session, given),
          decorated(driver.decorators(addressOf(way, kind), way, kind), way, kind),
        ),
      ),
  );
  const interceptors = [
    { provide: APP_INTERCEPTOR, useValue: ending },
    ...(interceptor ? [{ provide: APP_INTERCEPTOR, useClass: BetfairSessionInterceptor }] : []),
  ];
  const module = await Test.createTestingModule({
    imports: exchange.modules,
    controllers: driver.registeredAs === 'controllers' ? handlers : [],
    providers: [...interceptors, ...(driver.registeredAs === 'providers' ? handlers : [])],
  })
    .setLogger(new RecordingLogger())
    .overrideProvider(SESSION_CLOCK)
    .useValue(exchange.clock)
    .compile();
  const door = await driver.open(module);
  return {
    async observe(cell) {
      const { kind, way } = cell;
      const account = kind.account === 'default' ? undefined : NAMED;
      const sessions = module.get<SessionService>(getSessionServiceToken(account), {
        strict: false,
      });
      const run = new HandlerScript(cell, exchange, sessions);
      script = run;
      ended = new ReplaySubject(1);
      let saw: string[] = [];
      const traffic = await exchange.during(cell, sessions, async () => {
        saw = await door.ask(addressOf(way, kind), cell, firstValueFrom(ended));
      });
      return { runs: run.runs, ...traffic, saw };
    },
    async close() {
      await door.close();
      await exchange.stop();
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

function addressOf({ method, retry }: Way, { name }: Kind): string {
  return `${method} ${retry ?? 'default'} ${name}`.toLowerCase().replaceAll(/[^a-z]+/g, '-');
}
