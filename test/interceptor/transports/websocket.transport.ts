import { once } from 'node:events';
import { Injectable, Scope } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { TestingModule } from '@nestjs/testing';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { WebSocket } from 'ws';
import { MESSAGE, type TransportDriver, wordsOf } from './transport.js';

const EVENT = 'work';

export const WEB_SOCKET: TransportDriver = {
  registeredAs: 'providers',
  decorators: (address, _way, { requestScoped }) => ({
    onClass: [
      WebSocketGateway({ path: `/${address}` }),
      Injectable(requestScoped ? { scope: Scope.REQUEST } : {}),
    ],
    onMethod: [SubscribeMessage(EVENT)],
    given: MessageBody(),
  }),
  async open(module) {
    const { url, close } = await listenWebSocket(module);
    return {
      ask: async (address, _cell, ended) => {
        const answers = await answersTo(`${url}/${address}`, EVENT, MESSAGE, ended);
        return answers.flatMap(wordsOf);
      },
      close,
    };
  },
};

/** Starts an application with gateways on a free port. */
export async function listenWebSocket(
  module: TestingModule,
): Promise<{ url: string; close: () => Promise<void> }> {
  const app = module.createNestApplication();
  app.useWebSocketAdapter(new WsAdapter(app));
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace('http', 'ws');
  return { url, close: () => app.close() };
}

/** Every message that a gateway sends until its work has `ended`. */
async function answersTo(
  url: string,
  event: string,
  data: object,
  ended: Promise<unknown>,
): Promise<unknown[]> {
  const socket = new WebSocket(url);
  const answers: unknown[] = [];
  socket.on('message', (message: Buffer) => answers.push(JSON.parse(message.toString())));
  await once(socket, 'open');
  socket.send(JSON.stringify({ event, data }));
  await ended;
  // What was sent before the pong has arrived before it.
  socket.ping();
  await once(socket, 'pong');
  socket.close();
  await once(socket, 'close');
  return answers;
}
