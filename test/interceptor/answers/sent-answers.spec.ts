import { Controller, Get, type INestApplication, Res } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type BetfairSession, CurrentSession, UseBetfairSession } from 'nestjs-betfair-session';
import { closeAccounts, createAccount } from '../../support/account.js';
import { until } from '../../support/betting.js';
import { endAndRefuse } from '../support/refused-session.js';

/** The part of Express's response and of Fastify's reply that a handler uses. */
interface Reply {
  send(text: string): unknown;
}

const running: INestApplication[] = [];

afterEach(async () => {
  for (const application of running.splice(0)) await application.close();
  await closeAccounts();
});

/** Serves a handler that may run again; `hook` is awaited before an answer of Fastify leaves. */
async function serveOn(
  adapter: ExpressAdapter | FastifyAdapter,
  handle: (reply: Reply, refuse: () => unknown) => unknown,
  hook: (logins: () => number) => Promise<void> = () => Promise.resolve(),
) {
  const account = await createAccount();
  const { simulator } = account;
  let runs = 0;

  @Controller()
  class ReplyController {
    @Get()
    @UseBetfairSession()
    handle(@CurrentSession() _session: BetfairSession, @Res() reply: Reply) {
      runs += 1;
      return handle(reply, () => endAndRefuse(account));
    }
  }

  const { module } = await account.start({ storage: 'mem://' }, undefined, [ReplyController]);
  if (adapter instanceof FastifyAdapter) {
    adapter.getInstance().addHook('onSend', () => hook(() => simulator.counts.logins));
  }
  const application: INestApplication = module.createNestApplication(adapter);
  running.push(application);
  await application.listen(0, '127.0.0.1');
  const response = await fetch(await application.getUrl());
  const text = await response.text();
  // The session is replaced meanwhile.
  await until(() => simulator.counts.logins === 2);
  return { status: response.status, text, runs: () => runs };
}

function answerAndRefuse(reply: Reply, refuse: () => unknown) {
  reply.send('first');
  return refuse();
}

describe('a handler that sent its answer, and ends with a refusal then,', () => {
  it('does not run again on Express', async () => {
    const { runs, ...answer } = await serveOn(new ExpressAdapter(), answerAndRefuse);
    expect(answer).toEqual({ status: 200, text: 'first' });
    expect(runs()).toBe(1);
  });

  it('does not run again on Fastify', async () => {
    const { runs, ...answer } = await serveOn(new FastifyAdapter(), answerAndRefuse);
    expect(answer).toEqual({ status: 200, text: 'first' });
    expect(runs()).toBe(1);
  });

  it('does not run again on Fastify while an asynchronous onSend hook holds the answer', async () => {
    const { runs, ...answer } = await serveOn(
      new FastifyAdapter(),
      answerAndRefuse,
      // Until the session is replaced, when the handler would run again.
      async (logins) => {
        await until(() => logins() === 2);
        await new Promise((resolve) => setTimeout(resolve, 50));
      },
    );
    expect(answer).toEqual({ status: 200, text: 'first' });
    expect(runs()).toBe(1);
  });
});

describe('a handler that answers by hand, and was refused before it did,', () => {
  it.each([
    ['Express', () => new ExpressAdapter()],
    ['Fastify', () => new FastifyAdapter()],
  ])('runs again on %s', async (_, createAdapter) => {
    let isFirst = true;
    const { runs, ...answer } = await serveOn(createAdapter(), (reply, refuse) => {
      if (!isFirst) return reply.send('second') && undefined;
      isFirst = false;
      return refuse();
    });
    expect(answer).toEqual({ status: 200, text: 'second' });
    expect(runs()).toBe(2);
  });
});
