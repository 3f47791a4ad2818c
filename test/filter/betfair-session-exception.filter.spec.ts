import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import {
  All,
  Controller,
  Get,
  Inject,
  type INestApplication,
  type ModuleMetadata,
  Param,
  Res,
  type Type,
  UseFilters,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  BetfairConfigurationError,
  BetfairIdentityUnavailableError,
  BetfairLoginBlockedError,
  BetfairLoginRejectedError,
  BetfairSessionError,
  type BetfairSessionErrorCode,
  BetfairSessionExceptionFilter,
  BetfairSessionModule,
  MissingPackageError,
  SessionService,
  SessionStorageError,
  StorageConflictError,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { expectNoSecret, secretsOf } from '../identity/support/secrets.js';
import { RecordingLogger } from '../support/application.js';

const CANARY = 'canary4711';
const cause = Object.assign(new Error(`because of ${CANARY}`), { token: CANARY });
const NEST = 'Internal server error';

function plain(code: BetfairSessionErrorCode): BetfairSessionError {
  return new BetfairSessionError('It failed.', { code, retryable: false, cause });
}

function blocked(ms: number): BetfairSessionError {
  return new BetfairLoginBlockedError('Too many.', new Date(Date.now() + ms), { cause });
}

const DOWN = 'The session store cannot be used at the moment.';
const DELAYED = 'No session can be had from Betfair at the moment.';
const HELD_BACK = 'Logins to Betfair are held back.';

/** By the route that fails with it: the error, the status, the message, and `Retry-After`. */
const failures: Record<
  string,
  readonly [make: () => BetfairSessionError, status: number, message: string, after?: string]
> = {
  blocked: [() => blocked(90_500), 503, HELD_BACK, '91'],
  'blocked-no-more': [() => blocked(-5_000), 503, HELD_BACK, '1'],
  unavailable: [
    () => new BetfairIdentityUnavailableError('No answer of 10.0.0.1.', { cause }),
    503,
    DELAYED,
    '5',
  ],
  'storage-unavailable': [
    () => new SessionStorageError('Redis at 10.0.0.1:6379 is gone.', 'unavailable', { cause }),
    503,
    DOWN,
    '5',
  ],
  conflict: [() => new StorageConflictError('session.token', { cause }), 503, DOWN, '5'],
  closed: [() => plain('BETFAIR_CLOSED'), 503, 'The application is shutting down.', '5'],
  rejected: [
    () => new BetfairLoginRejectedError('ACCOUNT_NOW_LOCKED', 'Unlock /srv/x.', { cause }),
    502,
    'Betfair refused the login.',
  ],
  'keep-alive': [
    () => plain('BETFAIR_KEEP_ALIVE_REJECTED'),
    502,
    'Betfair refused to keep the session alive.',
  ],
  logout: [() => plain('BETFAIR_LOGOUT_REJECTED'), 502, 'Betfair refused the logout.'],
  configuration: [() => new BetfairConfigurationError('Wrong.', { cause }), 500, NEST],
  package: [() => new MissingPackageError('p', 'A store', { cause }), 500, NEST],
  url: [() => plain('BETFAIR_FOREIGN_URL'), 500, NEST],
  session: [() => plain('BETFAIR_FOREIGN_SESSION'), 500, NEST],
  denied: [() => new SessionStorageError('/srv/x', 'denied', { cause }), 500, NEST],
  misconfigured: [() => new SessionStorageError('/srv/x', 'misconfigured', { cause }), 500, NEST],
  unsupported: [() => new SessionStorageError('/srv/x', 'unsupported', { cause }), 500, NEST],
};

const NAMES: Record<number, string> = {
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

class Failing {
  @All('fail/:route')
  fail(@Param('route') route: string) {
    throw failures[route]?.[0]() ?? new Error('Something else.');
  }

  @Get('late')
  late(@Res() reply: ServerResponse & { raw?: ServerResponse }) {
    const response = reply.raw ?? reply;
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('begun');
    throw plain('BETFAIR_CLOSED');
  }
}

@Controller()
class TestController extends Failing {}

@Controller()
@UseFilters(BetfairSessionExceptionFilter)
class FilteredController extends Failing {}

const platforms = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };
type Platform = keyof typeof platforms;

/** How applications install the filter. */
const installations: Record<
  string,
  {
    readonly controller?: Type;
    readonly providers?: ModuleMetadata['providers'];
    readonly install?: (app: INestApplication) => void;
  }
> = {
  'app.useGlobalFilters(new …())': {
    install: (app) => app.useGlobalFilters(new BetfairSessionExceptionFilter()),
  },
  'app.useGlobalFilters(new …(app.get(HttpAdapterHost)))': {
    install: (app) =>
      app.useGlobalFilters(new BetfairSessionExceptionFilter(app.get(HttpAdapterHost))),
  },
  APP_FILTER: {
    providers: [{ provide: APP_FILTER, useClass: BetfairSessionExceptionFilter }],
  },
  '@UseFilters()': { controller: FilteredController },
};

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(
  platform: Platform,
  { controller = TestController, providers = [], install }: (typeof installations)[string] = {},
  imports: ModuleMetadata['imports'] = [],
) {
  const logger = new RecordingLogger();
  const module = await Test.createTestingModule({ imports, controllers: [controller], providers })
    .setLogger(logger)
    .compile();
  app = module.createNestApplication(platforms[platform]());
  app.useLogger(logger);
  install?.(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const errorsLogged = () => logger.lines.filter(([level]) => level === 'error');
  return { url, get: (path: string) => fetch(`${url}/${path}`), errorsLogged, logger, module };
}

describe.each(Object.keys(platforms).filter((name): name is Platform => name in platforms))(
  'the exception filter on %s',
  (platform) => {
    it.each(Object.entries(installations))('answers every error, by %s', async (_, how) => {
      const { get, errorsLogged } = await start(platform, how);
      for (const [route, [make, status, message, after]] of Object.entries(failures)) {
        const answer = await get(`fail/${route}`);
        const text = await answer.text();
        expect({ route, status: answer.status }).toEqual({ route, status });
        expect({ route, after: answer.headers.get('retry-after') }).toEqual({
          route,
          after: after ?? null,
        });
        expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
        const { code } = make();
        expect(JSON.parse(text)).toEqual({
          statusCode: status,
          message,
          error: NAMES[status],
          code,
        });
        expect(text + JSON.stringify([...answer.headers])).not.toMatch(
          new RegExp(`${CANARY}|/srv|10\\.0|session\\.token|because|\\.js|\\.ts`),
        );
      }
      const faults = Object.values(failures).filter(([, status]) => status === 500);
      expect(errorsLogged()).toHaveLength(faults.length);
    });

    it.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
      'asks nobody to repeat a %s, whose handler may have placed an order before it failed',
      async (method) => {
        const { url } = await start(platform, installations['APP_FILTER']);
        for (const [route, [, status, message]] of Object.entries(failures)) {
          const answer = await fetch(`${url}/fail/${route}`, { method });
          expect(answer.status).toBe(status === 500 ? 500 : 502);
          expect(answer.headers.has('retry-after')).toBe(false);
          expect(await answer.json()).toMatchObject({ message });
        }
      },
    );

    it('answers HEAD and OPTIONS as a GET', async () => {
      const { url } = await start(platform, installations['APP_FILTER']);
      for (const method of ['HEAD', 'OPTIONS']) {
        const answer = await fetch(`${url}/fail/closed`, { method });
        expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      }
    });

    it.each(Object.entries(installations))(
      'ends an answer that has begun, by %s',
      async (_, how) => {
        const { get } = await start(platform, how);
        const answer = await get('late');
        expect(answer.status).toBe(200);
        expect(await answer.text()).toBe('begun');
        expect((await get('fail/url')).status).toBe(500);
      },
    );

    it('leaves other errors to Nest', async () => {
      const { get } = await start(platform, installations['APP_FILTER']);
      const answer = await get('fail/nothing');
      expect(await answer.json()).toEqual({ statusCode: 500, message: NEST });
    });

    it('shows no secret of a session that fails', async () => {
      await using simulator = await BetfairSimulator.start({
        accounts: [{ applicationKey: 'canaryAppKey4711' }],
      });
      const options = simulator.options();
      @Controller()
      class MarketsController {
        constructor(@Inject(SessionService) private readonly sessions: SessionService) {}

        @Get() async list() {
          return { generation: (await this.sessions.getSession()).generation };
        }
      }
      const { get, logger, module } = await start(
        platform,
        { ...installations['APP_FILTER'], controller: MarketsController },
        [BetfairSessionModule.forRoot(options)],
      );
      const sessions = module.get(SessionService);
      expect((await get('')).status).toBe(200);
      const secrets = secretsOf(options, simulator.liveTokens());
      simulator.endSessions();
      simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
      await sessions.refresh(await sessions.getSession()).catch(() => undefined);
      const answer = await get('');
      expect(answer.status).toBe(502);
      const body: unknown = await answer.json();
      expect(body).toMatchObject({ code: 'BETFAIR_LOGIN_REJECTED', error: 'Bad Gateway' });
      expectNoSecret([body, [...answer.headers]], secrets);
      expectNoSecret(inspect(logger.lines, { depth: 8 }), secrets);
    });
  },
);
