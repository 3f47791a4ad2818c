// A Nest application on Express that a test ends by a signal; it uses the built package.
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { create } from 'axios';
import {
  attachBetfairSession,
  BetfairSessionExceptionFilter,
  BetfairSessionModule,
  FileStorage,
  getSessionServiceToken,
  SessionService,
} from 'nestjs-betfair-session';
import { setTimeout as delay } from 'node:timers/promises';

const { accounts, store, onSignal } = JSON.parse(process.env.SHUTDOWN_CHILD);

const BODY = '{"jsonrpc":"2.0","id":1,"method":"SportsAPING/v1.0/listEventTypes","params":{}}';
const PATH = '/exchange/betting/json-rpc/v1';
const never = () => new Promise(() => {});

/** A store of the application's own that never answers: from the start, or once the lease was taken. */
function hangingStorage({ directory, hangs }) {
  const files = new FileStorage({ directory });
  let isHanging = hangs === 'always';
  return {
    read: (...args) => (isHanging ? never() : files.read(...args)),
    delete: (...args) => (isHanging ? never() : files.delete(...args)),
    async write(key, value, ...rest) {
      if (isHanging) return never();
      const version = await files.write(key, value, ...rest);
      // The record is written before its store is tested, and then once more.
      if (JSON.parse(value).holder) setTimeout(() => (isHanging = true), 300);
      return version;
    },
  };
}

let beginShutdown;
const shuttingDown = new Promise((resolve) => (beginShutdown = resolve));

class BettingController {
  constructor(sessions) {
    this.sessions = sessions;
    this.axios = attachBetfairSession(create(), sessions);
  }

  async session() {
    return { generation: (await this.sessions.getSession()).generation };
  }

  call() {
    return this.sessions.call('SportsAPING/v1.0/listEventTypes', {});
  }

  async fetch() {
    const response = await this.sessions.fetch(PATH, { method: 'POST', body: BODY });
    return response.json();
  }

  async attached() {
    return (await this.axios.post(PATH, JSON.parse(BODY))).data;
  }

  /** Asks for a session only after the first hook. */
  async late() {
    await shuttingDown;
    await delay(200);
    return this.session();
  }

  /** Asks for one when everything else has been ended. */
  async latest() {
    await shuttingDown;
    await delay(5_500);
    return this.session();
  }
}
Controller()(BettingController);
Inject(SessionService)(BettingController, undefined, 0);
for (const name of ['session', 'call', 'fetch', 'attached', 'late', 'latest']) {
  const descriptor = Object.getOwnPropertyDescriptor(BettingController.prototype, name);
  Get(name)(BettingController.prototype, name, descriptor);
}

class ApplicationModule {
  onModuleDestroy() {
    beginShutdown();
  }
}
Module({
  imports: accounts.map(({ name, ...options }) =>
    BetfairSessionModule.forRoot({
      ...options,
      ...(name && { name }),
      storage: store.hangs ? hangingStorage(store) : `file://${store.directory}`,
    }),
  ),
  controllers: [BettingController],
})(ApplicationModule);

const app = await NestFactory.create(ApplicationModule, { logger: ['error'] });
app.useGlobalFilters(new BetfairSessionExceptionFilter());
await app.listen(0, '127.0.0.1');

switch (onSignal) {
  case 'hooks':
    app.enableShutdownHooks();
    break;
  case 'close twice':
    process.once('SIGTERM', () => {
      void Promise.all([app.close(), app.close()]).then(() => app.close());
    });
    break;
  case 'first hook only':
    process.once('SIGTERM', () => {
      for (const { name } of accounts) app.get(getSessionServiceToken(name)).onModuleDestroy();
      app.getHttpServer().close();
    });
    break;
}
console.log(`listening at ${await app.getUrl()}`);
