import {
  Controller,
  Get,
  type INestApplication,
  Post,
  RequestMethod,
  Res,
  Scope,
  Sse,
} from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { TestingModule } from '@nestjs/testing';
import type { Kind, Way } from './cell.js';
import { type Door, MESSAGE, type TransportDriver, wordsOf } from './transport.js';

function httpTransport(create: (module: TestingModule) => INestApplication): TransportDriver {
  return {
    registeredAs: 'controllers',
    decorators: (address, way, kind) => ({
      onClass: [Controller({ path: address, ...(kind.requestScoped && { scope: Scope.REQUEST }) })],
      onMethod: [routeOf(way, kind)],
      ...(kind.style === 'raw response' && { given: Res() }),
    }),
    open: (module) => openHttp(create(module)),
  };
}

export const EXPRESS = httpTransport((module) => module.createNestApplication());
export const FASTIFY = httpTransport((module) =>
  module.createNestApplication(new FastifyAdapter()),
);

function routeOf({ method }: Way, { style }: Kind): MethodDecorator {
  if (style !== 'events' && style !== 'rejection as event')
    return method === 'GET' ? Get() : Post();
  return Sse('', { method: method === 'GET' ? RequestMethod.GET : RequestMethod.POST });
}

async function openHttp(app: INestApplication): Promise<Door> {
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    async ask(address, { way }, ended) {
      const response = await fetch(`${url}/${address}`, { method: way.method, headers: MESSAGE });
      const { text, complete } = await readAll(response);
      await ended;
      return [String(response.status), ...wordsOf(text), ...(complete ? [] : ['broken off'])];
    },
    close: () => app.close(),
  };
}

/** Also what came of a body that ends too early. */
async function readAll({ body }: Response): Promise<{ text: string; complete: boolean }> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of body ?? []) text += decoder.decode(chunk, { stream: true });
    return { text, complete: true };
  } catch {
    return { text, complete: false };
  }
}
