import type { AddressInfo } from 'node:net';
import { Controller, type INestApplication } from '@nestjs/common';
import { APP_FILTER, ExternalContextCreator } from '@nestjs/core';
import {
  type ClientProxy,
  ClientProxyFactory,
  MessagePattern,
  Transport,
} from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { BetfairSessionError, BetfairSessionExceptionFilter } from 'nestjs-betfair-session';
import { firstValueFrom } from 'rxjs';
import { WebSocket } from 'ws';
import { errorOf } from '../identity/support/secrets.js';
import { RecordingLogger } from '../support/application.js';

const UNKNOWN = { status: 'error', message: 'Internal server error' };

function fail(): never {
  throw new BetfairSessionError('The session failed.', {
    code: 'BETFAIR_CLOSED',
    retryable: false,
  });
}

@Controller()
class MessagesController {
  @MessagePattern('fail') fail() {
    return fail();
  }
  @MessagePattern('echo') echo(value: unknown) {
    return value;
  }
}

@WebSocketGateway()
class MessagesGateway {
  @SubscribeMessage('fail') async fail() {
    return fail();
  }
  @SubscribeMessage('echo') echo() {
    return { event: 'echo', data: 1 };
  }
}

describe.each([
  ['with the exception filter', [{ provide: APP_FILTER, useClass: BetfairSessionExceptionFilter }]],
  ['without it', []],
])('%s', (_name, filters) => {
  let app: INestApplication;
  let logger: RecordingLogger;
  const errorsLogged = () => logger.lines.filter(([level]) => level === 'error');

  beforeEach(async () => {
    logger = new RecordingLogger();
    const module = await Test.createTestingModule({
      controllers: [MessagesController],
      providers: [MessagesGateway, ...filters],
    })
      .setLogger(logger)
      .compile();
    app = module.createNestApplication();
    app.useLogger(logger);
    app.useWebSocketAdapter(new WsAdapter(app));
  });
  afterEach(() => app.close());

  it('a message handler fails as Nest lets it, and serves on', async () => {
    app.connectMicroservice(
      { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } },
      { inheritAppConfig: true },
    );
    const [microservice] = await app.startAllMicroservices().then(() => app.getMicroservices());
    const server = microservice?.unwrap<{ address(): AddressInfo }>();
    const client: ClientProxy = ClientProxyFactory.create({
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: server?.address().port ?? 0 },
    });
    expect(await errorOf(firstValueFrom(client.send('fail', {})))).toEqual(UNKNOWN);
    expect(await firstValueFrom(client.send('echo', 'still there'))).toBe('still there');
    expect(errorsLogged()).toHaveLength(1);
    await client.close();
  });

  it('a gateway tells its client as Nest does, and serves on', async () => {
    await app.listen(0, '127.0.0.1');
    const url = (await app.getUrl()).replace('http', 'ws');
    const socket = new WebSocket(url);
    const next = () =>
      new Promise<unknown>((resolve, reject) => {
        socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString())));
        socket.once('error', reject);
      });
    await new Promise((resolve) => socket.once('open', resolve));
    let answer = next();
    socket.send(JSON.stringify({ event: 'fail', data: { a: 1 } }));
    expect(await answer).toEqual({
      event: 'exception',
      data: { ...UNKNOWN, cause: { pattern: 'fail', data: { a: 1 } } },
    });
    answer = next();
    socket.send(JSON.stringify({ event: 'echo' }));
    expect(await answer).toEqual({ event: 'echo', data: 1 });
    expect(errorsLogged()).toHaveLength(1);
    socket.close();
  });

  it('a handler of another kind, such as a resolver of GraphQL, throws the error', async () => {
    await app.init();
    const controller = app.get(MessagesController);
    const handler = app
      .get(ExternalContextCreator)
      .create(
        controller,
        () => fail(),
        'fail',
        undefined,
        undefined,
        undefined,
        undefined,
        { filters: true },
        'graphql',
      );
    await expect(handler()).rejects.toMatchObject({
      code: 'BETFAIR_CLOSED',
      message: 'The session failed.',
    });
    expect(errorsLogged()).toHaveLength(1);
  });
});
