// Lives through every transport of the built package, for a test that reads all that the process prints. The variable
// PRINTED_PROCESS holds the options of the account, and what the process does.
import { subscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { ConsoleLogger, Controller, Get, Inject, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { create } from 'axios';
import { attachBetfairSession, BetfairSessionModule, SessionService } from 'nestjs-betfair-session';
import { BetfairStream } from 'nestjs-betfair-session/stream';
import { firstValueFrom } from 'rxjs';

const { work, failure, channels, twoFactorCode, ...given } = JSON.parse(
  process.env.PRINTED_PROCESS,
);
const options = { ...given, ...(twoFactorCode && { twoFactorCode: () => twoFactorCode }) };
const LIST = 'SportsAPING/v1.0/listEventTypes';
const RPC = '/exchange/betting/json-rpc/v1';
const BODY = `{"jsonrpc":"2.0","id":1,"method":"${LIST}","params":{"filter":{}}}`;
const MARKET = { op: 'marketSubscription', marketFilter: { marketIds: ['1.234567890'] } };

for (const name of channels ?? []) {
  subscribe(name, (message) => console.log(name, inspect(message, { depth: 9 })));
}

/** Each fails if the simulator does as the test told it. */
const failures = {
  getSession: (sessions) => sessions.getSession(),
  call: (sessions) => sessions.call(LIST, { filter: {} }),
  axios: (sessions) => attachBetfairSession(create(), sessions).post(RPC, BODY),
  fetch: (sessions) => sessions.fetch('https://127.0.0.1:1/x'),
  run: (sessions) => sessions.run(() => sessions.fetch('https://127.0.0.1:1/x')),
  keepAlive: (sessions) => sessions.getSession().then(() => sessions.keepAlive()),
  warning: async (sessions) =>
    process.emitWarning(await sessions.fetch('https://127.0.0.1:1/x').catch((error) => error)),
};

/** Everything once, and all of it printed. */
async function live() {
  const sessions = await SessionService.create(options);
  const http = attachBetfairSession(create(), sessions);
  const stream = new BetfairStream(sessions);
  sessions.events$.subscribe((event) => console.log(event));
  stream.status$.subscribe((status) => console.log(status));
  console.log(sessions, sessions.status, stream, http.defaults, await sessions.getSession());
  console.log(await sessions.call(LIST, { filter: {} }));
  const post = () => sessions.fetch(RPC, { method: 'POST', body: BODY });
  for (const send of [post, () => sessions.run(post)]) console.log(await send());
  console.log(await http.post(RPC, BODY));
  console.log(await firstValueFrom(stream.messages({ subscription: MARKET })));
  await sessions.keepAlive();
  await sessions.logout();
  await sessions.close();
}

/** Fails with nobody who handles it: Node prints it, and ends the process unless it is a warning. */
async function fail() {
  const sessions = await SessionService.create(options);
  await failures[failure](sessions);
  await sessions.close();
}

/** Fails in handlers, without any filter of this package. */
async function serve() {
  class Handlers {
    constructor(sessions) {
      this.sessions = sessions;
    }

    answer(name) {
      return failures[name](this.sessions);
    }
  }
  Controller()(Handlers);
  Inject(SessionService)(Handlers, undefined, 0);
  Param('name')(Handlers.prototype, 'answer', 0);
  Get(':name')(
    Handlers.prototype,
    'answer',
    Object.getOwnPropertyDescriptor(Handlers.prototype, 'answer'),
  );
  const application = { ...BetfairSessionModule.forRoot(options), controllers: [Handlers] };
  const logger = new ConsoleLogger({ json: true });
  const app = await NestFactory.create(application, { logger });
  await app.listen(0, '127.0.0.1');
  for (const name of ['fetch', 'run', 'keepAlive', 'axios']) {
    const answer = await fetch(`${await app.getUrl()}/${name}`);
    console.log(name, answer.status, [...answer.headers], await answer.text());
  }
  await app.close();
}

await { live, fail, serve }[work]();
