import type { Server } from 'node:net';
import { Controller, Scope } from '@nestjs/common';
import {
  type ClientProxy,
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Payload,
  Transport,
} from '@nestjs/microservices';
import type { TestingModule } from '@nestjs/testing';
import { catchError, lastValueFrom, of, toArray } from 'rxjs';
import { MESSAGE, type TransportDriver, wordsOf } from './transport.js';

export const TCP: TransportDriver = {
  registeredAs: 'controllers',
  decorators: (address, { method }, { requestScoped }) => ({
    onClass: [Controller(requestScoped ? { scope: Scope.REQUEST } : {})],
    onMethod: [method === 'event' ? EventPattern([address]) : MessagePattern(address)],
    given: Payload(),
  }),
  async open(module) {
    const { client, close } = await listenTcp(module);
    return {
      async ask(address, { way }, ended) {
        if (way.method === 'event') {
          await lastValueFrom(client.emit(address, MESSAGE), { defaultValue: undefined });
          await ended;
          return [];
        }
        const answers = await answersTo(client, address, MESSAGE);
        await ended;
        return answers.flatMap(wordsOf);
      },
      close,
    };
  },
};

/** Starts a microservice on a free port, and a client of it. */
export async function listenTcp(
  module: TestingModule,
): Promise<{ client: ClientProxy; close: () => Promise<void> }> {
  const host = '127.0.0.1';
  const options = { host, port: 0 };
  const app = module.createNestMicroservice({ transport: Transport.TCP, options });
  await app.listen();
  const address = app.unwrap<Server>().address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  const client = ClientProxyFactory.create({
    transport: Transport.TCP,
    options: { host, port: address.port },
  });
  const close = async () => {
    await client.close();
    await app.close();
  };
  return { client, close };
}

/** Every reply to a message; what it fails with is the last. */
function answersTo(client: ClientProxy, pattern: string, message: object): Promise<unknown[]> {
  const replies = client.send<unknown>(pattern, message);
  return lastValueFrom(
    replies.pipe(
      catchError((error: unknown) => of(error)),
      toArray(),
    ),
  );
}
