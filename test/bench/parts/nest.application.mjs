// A Nest application with one handler that makes one call to the upstream: with a session, or behind an interceptor that
// does nothing, in a process that never loaded the package.
import { Controller, Get, Module, UseInterceptors } from '@nestjs/common';
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

/** The headers that `session.headers()` makes, of a session that never ends. */
const fixed = {
  headers: () => ({
    'X-Authentication': 'token',
    'X-Application': 'key',
    Accept: 'application/json',
    'Content-Type': 'application/json',
  }),
};

function controller({ url, ca }, decorateClass, decorateParameter) {
  const dispatcher = new Agent({ connect: { ca } });
  class MarketsController {
    async list(session = fixed) {
      const { body } = await request(url, {
        method: 'POST',
        dispatcher,
        headers: session.headers(),
        body: BODY,
      });
      return body.json();
    }
  }
  Controller('markets')(MarketsController);
  const { prototype } = MarketsController;
  Get()(prototype, 'list', Object.getOwnPropertyDescriptor(prototype, 'list'));
  decorateClass(MarketsController);
  decorateParameter?.(prototype, 'list', 0);
  return MarketsController;
}

async function metadata({ upstream, options }) {
  if (options === undefined) {
    return { controllers: [controller(upstream, UseInterceptors(NoInterceptor))] };
  }
  const { BetfairSessionModule, CurrentSession, UseBetfairSession } =
    await import('nestjs-betfair-session');
  return {
    imports: [BetfairSessionModule.forRoot(options)],
    controllers: [controller(upstream, UseBetfairSession(), CurrentSession())],
  };
}

export async function start({ adapter, ...settings }) {
  class AppModule {}
  Module(await metadata(settings))(AppModule);
  const application = await NestFactory.create(
    AppModule,
    adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(),
    { logger: ['error'] },
  );
  await application.listen(0, '127.0.0.1');
  return { url: `${await application.getUrl()}/markets` };
}

/** Microseconds of processor time so far. */
export function answer() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
