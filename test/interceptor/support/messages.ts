import { once } from 'node:events';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { TestingModule } from '@nestjs/testing';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { lastValueFrom } from 'rxjs';
import { WebSocket } from 'ws';
import { listenTcp } from '../transports/tcp.transport.js';
import { listenWebSocket } from '../transports/websocket.transport.js';

/** Sends a message, and resolves with what is answered, or failed with. */
export type Ask = (pattern: string, message?: object) => Promise<unknown>;

/** A running server, and a client of it. */
interface Messages {
  readonly ask: Ask;
  readonly close: () => Promise<void>;
}

/** Where handlers are asked by messages. */
export const MESSAGE_TRANSPORTS = [
  {
    name: 'a microservice',
    registeredAs: 'controllers',
    onClass: () => Controller(),
    on: (pattern: string) => MessagePattern(pattern),
    body: Payload,
    open: async (module: TestingModule): Promise<Messages> => {
      const { client, close } = await listenTcp(module);
      const ask: Ask = (pattern, message = {}) =>
        lastValueFrom(client.send<unknown>(pattern, message)).catch((error: unknown) => error);
      return { ask, close };
    },
  },
  {
    name: 'a gateway',
    registeredAs: 'providers',
    onClass: () => WebSocketGateway(),
    on: (event: string) => SubscribeMessage(event),
    body: MessageBody,
    open: async (module: TestingModule): Promise<Messages> => {
      const { url, close } = await listenWebSocket(module);
      const ask: Ask = async (event, data) => {
        const socket = new WebSocket(url);
        await once(socket, 'open');
        socket.send(JSON.stringify({ event, data }));
        const [message]: Buffer[] = await once(socket, 'message');
        socket.close();
        return JSON.parse(String(message));
      };
      return { ask, close };
    },
  },
] as const;
