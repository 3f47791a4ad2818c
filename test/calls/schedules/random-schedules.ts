import * as fc from 'fast-check';
import { closeAccounts, createAccount } from '../../support/account.js';
import { RawClients } from '../../support/betting.js';
import { loopQueue, timerQueue } from '../../support/queues.js';
import { VirtualClock } from '../../support/virtual.clock.js';
import { Ledger } from './ledger.js';
import { type Schedule, schedule } from './schedule.arbitrary.js';
import { handlers, ScheduleController } from './schedule.controller.js';
import { ITALY, Player, type Stage } from './schedule.player.js';

const MAIN = 'alice';
const MINUTE = 60_000;

let clock: VirtualClock;
let stage: Stage;
let close: () => Promise<unknown>;
const totals = { schedules: 0, orders: 0, refusals: 0, requests: 0, logins: 0 };

async function open(): Promise<void> {
  clock = new VirtualClock();
  const { simulator, start } = await createAccount({
    clock,
    accounts: [{ username: MAIN }, { username: ITALY, jurisdiction: 'italy' }],
  });
  // A login with a certificate makes a TLS context of its own, which takes as long as the rest of a schedule.
  const options = { storage: 'mem://', login: 'interactive', certificate: undefined } as const;
  const { module, sessions, logger } = await start(options, clock, [ScheduleController]);
  const ofItaly = { ...simulator.options(ITALY), ...options, sessionKey: 'italy.token' };
  const italy = await start({ ...ofItaly, storage: 'mem://' }, clock);
  const queues = { lost: timerQueue(), foreign: loopQueue() };
  const application = module.createNestApplication({ logger: false });
  await application.listen(0, '127.0.0.1');
  const url = await application.getUrl();
  const raw = new RawClients(simulator);
  close = async () => {
    queues.lost.close();
    await raw.close();
    await application.close();
  };
  let requests = 0;
  stage = {
    simulator,
    sessions,
    italy: italy.sessions,
    queues,
    raw,
    async handle(route, work) {
      requests += 1;
      const key = String(requests);
      handlers.set(key, work);
      const isPost = route === 'post' || route === 'once';
      const response = await fetch(`${url}/${route}/${key}`, { method: isPost ? 'POST' : 'GET' });
      const text = await response.text();
      logger.lines.length = 0;
      if (!response.ok) throw new Error(`The handler failed: ${text}`);
      return text;
    },
  };
}

async function end(): Promise<void> {
  console.log(
    Object.entries(totals)
      .map(([name, count]) => `${name}: ${count}`)
      .join(', '),
  );
  await close();
  await closeAccounts();
}

/** Plays a schedule to its end and returns what was wrong. */
async function play({ steps, verdicts, readsInBackground }: Schedule): Promise<readonly string[]> {
  const { simulator, sessions } = stage;
  const held = await sessions.getSession();
  const ledger = new Ledger(simulator, verdicts, MAIN);
  const player = new Player(stage, ledger);
  const reads = readsInBackground ? player.readUntilEnded() : undefined;
  try {
    for (const [index, step] of steps.entries()) {
      await player.play(step, String(index), held).catch(() => undefined);
      // An order that comes more than 5 s after its handler is documented to be a second one.
      await player.caughtUp();
      // So that the login budget of a minute lasts for a few steps.
      await clock.advance(MINUTE / 4);
    }
    await player.ended();
    await reads;
    await settle();
    return ledger.faults();
  } finally {
    await player.ended();
    ledger.close();
    // A session that was replaced although it lives is nobody's any more.
    if (ledger.refusedAlive > 0) {
      simulator.endSessions();
      await settle();
    }
    totals.schedules += 1;
    totals.orders += ledger.orders;
    totals.refusals += ledger.refusals;
    totals.requests += simulator.requests.length;
    totals.logins = simulator.counts.logins;
  }
}

/** Lets nothing of one schedule reach into the next, and gives back the logins of the budget that it spent. */
async function settle(): Promise<void> {
  const { simulator, sessions, italy } = stage;
  simulator.clearFaults();
  handlers.clear();
  await clock.advance(20 * MINUTE);
  for (const account of [sessions, italy]) {
    await account.unblockLogin();
    // A session that ended and was not used since is replaced now.
    await account.keepAlive();
  }
}

/** Plays as many schedules, or as `SCHEDULES` says. */
export function playRandomSchedules(count: number): void {
  beforeAll(open);
  afterAll(end);

  describe('any schedule of calls, refusals, handlers and sessions that end', () => {
    it(
      'places each order that the application is told of, once, and sends none three times',
      async () => {
        await fc.assert(
          fc.asyncProperty(schedule, async (one) => {
            expect(await play(one)).toEqual([]);
          }),
          { numRuns: Number(process.env['SCHEDULES'] ?? count) },
        );
      },
      30 * MINUTE,
    );
  });
}
