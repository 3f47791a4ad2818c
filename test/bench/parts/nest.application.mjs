// A Nest application with a handler that makes one call to the upstream, behind an interceptor that does nothing; and,
// where there are options of a session, another that does so with the session. Else the package is never loaded.
import { Controller, createParamDecorator, Get, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Agent, request } from 'undici';

const BODY = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'SportsAPING/v1.0/listEventTypes',
  params: { filter: {} },
});

class NoInterceptor {
  intercept(_context, next) {
    return next.handle();
  }
}

/** The headers that `session.headers()` makes, as long as they are there, of a session that never ends. */
const fixed = {
  headers: () => ({
    'X-Authentication': 'token'.padEnd(44, '='),
    'X-Application': 'key'.padEnd(16, '='),
    Accept: 'application/json',
    'Content-Type': 'application/json',
  }),
};

/** Gives it as `@CurrentSession()` gives a real one: Nest has some work with a parameter, whatever gives it. */
const FixedSession = createParamDecorator(() => fixed);

/** A controller at `path` that makes the call with the session that its first parameter is given. */
function controller(path, { url, ca }, sessionParameter, ...decorators) {
  const dispatcher = new Agent({ connect: { ca } });
  class MarketsController {
    async list(session) {
      const { body } = await request(url, {
        method: 'POST',
        dispatcher,
        headers: session.headers(),
        body: BODY,
      });
      return body.json();
    }
  }
  const { prototype } = MarketsController;
  Get()(prototype, 'list', Object.getOwnPropertyDescriptor(prototype, 'list'));
  sessionParameter(prototype, 'list', 0);
  for (const decorate of [Controller(path), ...decorators]) decorate(MarketsController);
  return MarketsController;
}

async function metadata({ upstream, options }) {
  const bare = controller('bare', upstream, FixedSession(), UseInterceptors(NoInterceptor));
  if (options === undefined) return { controllers: [bare] };
  const { BetfairSessionModule, CurrentSession, UseBetfairSession } =
    await import('nestjs-betfair-session');
  const withSession = controller('session', upstream, CurrentSession(), UseBetfairSession());
  return {
    imports: [BetfairSessionModule.forRoot(options)],
    controllers: [bare, withSession],
  };
}

function AppModule() {}

export async function start({ adapter, ...settings }) {
  const application = await NestFactory.create(
    { module: AppModule, ...(await metadata(settings)) },
    adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(),
    { logger: ['error'] },
  );
  await application.listen(0, '127.0.0.1');
  return { url: await application.getUrl() };
}

/** Microseconds of processor time so far. */
export function answer() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
