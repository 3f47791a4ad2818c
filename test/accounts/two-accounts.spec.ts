import { Controller, Get, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  type BetfairSession,
  BetfairSessionModule,
  CurrentSession,
  InjectSessionService,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { RawClients, rpcCall } from '../support/betting.js';

interface Accounts {
  readonly main: SessionService;
  readonly italy: SessionService;
}
type Work = (accounts: Accounts, given: BetfairSession) => Promise<unknown>;

const USERNAMES = { main: 'alice', italy: 'bruno' } as const;
type Name = keyof typeof USERNAMES;

let simulator: BetfairSimulator;
let raw: RawClients;
let app: INestApplication;
let accounts: Accounts;
let work: Work = () => Promise.resolve();
let runs = 0;

@Controller()
class Trades {
  constructor(
    private readonly main: SessionService,
    @InjectSessionService('italy') private readonly italy: SessionService,
  ) {}

  @Get()
  @UseBetfairSession()
  trade(@CurrentSession() given: BetfairSession) {
    runs += 1;
    return work(this.both(), given);
  }

  both(): Accounts {
    return { main: this.main, italy: this.italy };
  }
}

beforeEach(async () => {
  runs = 0;
  simulator = await BetfairSimulator.start({
    accounts: [{ username: USERNAMES.main }, { username: USERNAMES.italy, jurisdiction: 'italy' }],
  });
  raw = new RawClients(simulator);
  const module = await Test.createTestingModule({
    imports: [
      BetfairSessionModule.forRoot(simulator.options(USERNAMES.main)),
      BetfairSessionModule.forRootAsync({
        name: 'italy',
        useFactory: () => simulator.options(USERNAMES.italy),
      }),
    ],
    controllers: [Trades],
  }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  accounts = app.get(Trades).both();
});

afterEach(async () => {
  await app.close();
  await raw.close();
  await simulator.stop();
});

async function get(doing: Work): Promise<Response> {
  work = doing;
  return fetch(await app.getUrl());
}

function logins(): Record<Name, number> {
  const { main, italy } = USERNAMES;
  return { main: simulator.account(main).logins, italy: simulator.account(italy).logins };
}

/** A call with a client of the application's own, whose refusal shows its request. */
async function rest(session: BetfairSession): Promise<unknown> {
  return (await raw.axiosRest(session, 'listEventTypes')).data;
}

/** One whose refusal is an answer that shows nothing of its request. */
function rpc(session: BetfairSession): Promise<unknown> {
  return raw.json(session, rpcCall('listEventTypes'));
}

async function failureOf(call: Promise<unknown>): Promise<Error> {
  const error: unknown = await call.catch((reason: unknown) => reason);
  if (error instanceof Error) return error;
  throw new Error('The call did not fail.');
}

const other: Record<Name, Name> = { main: 'italy', italy: 'main' };
const cases = (['main', 'italy'] as const).flatMap((dead) =>
  [rest, rpc].map((call) => ({ dead, call, by: call.name })),
);

describe('two accounts in one handler', () => {
  it.each(cases)(
    'have the dead session replaced, $dead by $by, and no other',
    async ({ dead, call }) => {
      let isFirst = true;
      const answer = await get(async ({ main, italy }) => {
        const taken = { main: await main.getSession(), italy: await italy.getSession() };
        if (isFirst) simulator.endSessions(USERNAMES[dead]);
        isFirst = false;
        return call(taken[dead]);
      });
      expect(answer.status).toBe(200);
      expect(await answer.json()).not.toHaveProperty('error');
      expect(runs).toBe(2);
      expect(logins()).toEqual({ [dead]: 2, [other[dead]]: 1 });
    },
  );

  it.each<[string, 'cause of the refusal' | 'refusal as its cause']>([
    ['the failure of the first account', 'cause of the refusal'],
    ['the refusal', 'refusal as its cause'],
  ])('keep the one whose fault is no refusal, if the cause is %s', async (_, order) => {
    let isFirst = true;
    const answer = await get(async ({ main, italy }) => {
      const taken = { main: await main.getSession(), italy: await italy.getSession() };
      if (isFirst) simulator.endSessions(USERNAMES.italy);
      isFirst = false;
      const fault = await failureOf(raw.axiosRest(taken.main, 'noSuchOperation'));
      expect(fault).toMatchObject({ response: { status: 404 } });
      try {
        return await rest(taken.italy);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if (order === 'refusal as its cause') throw Object.assign(fault, { cause: error });
        error.cause ??= fault;
        throw error;
      }
    });
    expect(answer.status).toBe(200);
    expect(runs).toBe(2);
    expect(logins()).toEqual({ main: 1, italy: 2 });
  });

  it('leave the other one alone for a call that is refused again and again', async () => {
    simulator.rejectCalls(
      ({ headers }) =>
        headers['x-application'] === simulator.options(USERNAMES.main).applicationKey,
    );
    for (let round = 0; round < 5; round += 1) {
      await get(async ({ main, italy }) => {
        await italy.getSession();
        return (await main.fetch('/exchange/betting/rest/v1.0/listEventTypes/')).json();
      });
    }
    expect(logins()).toEqual({ main: 1, italy: 1 });
    expect(accounts.italy.status.state).toBe('ready');
  });
});

describe('two accounts in one run()', () => {
  it.each(cases)(
    'have the dead session replaced, $dead by $by, and no other',
    async ({ dead, call }) => {
      let isFirst = true;
      const result = await accounts.main.run(async (main) => {
        const taken = { main, italy: await accounts.italy.getSession() };
        if (isFirst) simulator.endSessions(USERNAMES[dead]);
        isFirst = false;
        return call(taken[dead]);
      });
      expect(result).not.toHaveProperty('error');
      expect(logins()).toEqual({ [dead]: 2, [other[dead]]: 1 });
    },
  );
});
