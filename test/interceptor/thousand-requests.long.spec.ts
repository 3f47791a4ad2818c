import { Controller, Get, type INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  type BetfairSession,
  CurrentSession,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { closeAccounts, createAccount, times } from '../support/account.js';
import { post, RawClients, RPC, rpcCall } from '../support/betting.js';
import { VirtualClock } from '../support/virtual.clock.js';

const REQUESTS = 1_000;

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  await closeAccounts();
});

/** An application with a session and two ways to list event types; `arrive` is awaited before Betfair is called. */
async function serve(
  adapter: ExpressAdapter | FastifyAdapter,
  arrive: (simulator: BetfairSimulator) => Promise<void>,
) {
  const account = await createAccount();
  const { simulator } = account;
  const raw = new RawClients(simulator);
  const list = rpcCall('listEventTypes');
  const runs = { fetch: 0, handler: 0 };

  @Controller()
  class EventTypesController {
    constructor(private readonly sessions: SessionService) {}

    @Get('fetch')
    async fetch(): Promise<unknown> {
      runs.fetch += 1;
      await arrive(simulator);
      return (await this.sessions.fetch(RPC, post(list))).json();
    }

    @Get('handler')
    @UseBetfairSession()
    async handler(@CurrentSession() session: BetfairSession): Promise<unknown> {
      runs.handler += 1;
      await arrive(simulator);
      return raw.json(session, list);
    }
  }

  // A thousand requests at once on a slow machine must not outlast the check of the session: no time passes, except for
  // a connection to open.
  const clock = new VirtualClock();
  const patient = { storage: 'mem://', requestTimeout: 30_000 };
  const { module, sessions } = await account.start(patient, clock, [EventTypesController]);
  const application: INestApplication = module.createNestApplication(adapter);
  cleanups.push(
    () => application.close(),
    () => raw.close(),
  );
  await application.listen(0, '127.0.0.1');
  await sessions.getSession();
  const url = await application.getUrl();
  const ask = async (path: string) => {
    const response = await fetch(`${url}/${path}`);
    return { status: response.status, text: await response.text() };
  };
  return { simulator, runs, ask };
}

/** Lets nobody through before all requests have come, and ends the session at that moment. */
function endWhenAllHaveCome() {
  let arrived = 0;
  let open: (() => void) | undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return (simulator: BetfairSimulator) => {
    arrived += 1;
    if (arrived === REQUESTS) {
      simulator.endSessions();
      open?.();
    }
    return opened;
  };
}

const ADAPTERS = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
] as const;

describe.each(ADAPTERS)('a thousand requests at once on %s', (_, createAdapter) => {
  describe.each(['fetch', 'handler'] as const)('that call Betfair by %s', (path) => {
    it('are all answered, with one login, when the session is gone for all of them', async () => {
      const { simulator, runs, ask } = await serve(createAdapter(), endWhenAllHaveCome());
      const answers = await Promise.all(times(REQUESTS, () => ask(path)));
      expect(statuses(answers)).toEqual({ 200: REQUESTS });
      expect(answers.filter(({ text }) => !text.includes('Soccer'))).toEqual([]);
      // Each was refused once and sent once more, by `fetch` or by a second run of the handler.
      expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2, calls: 2 * REQUESTS });
      expect(runs[path]).toBe(path === 'fetch' ? REQUESTS : 2 * REQUESTS);
    }, 120_000);

    it('are all answered, with one login, when the session ends in their midst', async () => {
      const { simulator, ask } = await serve(createAdapter(), () => Promise.resolve());
      let calls = 0;
      simulator.rejectCalls(() => {
        calls += 1;
        if (calls === REQUESTS / 4) simulator.endSessions();
        return false;
      });
      const answers = await Promise.all(times(REQUESTS, () => ask(path)));
      expect(statuses(answers)).toEqual({ 200: REQUESTS });
      expect(answers.filter(({ text }) => !text.includes('Soccer'))).toEqual([]);
      // Those that were accepted, which are all in the end, and those that were refused before.
      expect(calls).toBe(REQUESTS);
      expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2 });
      expect(simulator.counts.calls).toBeGreaterThan(REQUESTS);
      expect(simulator.counts.calls).toBeLessThanOrEqual(REQUESTS + (REQUESTS * 3) / 4);
    }, 120_000);
  });
});

function statuses(answers: readonly { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
