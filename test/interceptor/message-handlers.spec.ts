import { Test } from '@nestjs/testing';
import {
  BetfairSessionModule,
  UseBetfairSession,
  type UseBetfairSessionOptions,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { refused } from '../calls/rejections.fixture.js';
import { RecordingLogger } from '../support/application.js';
import { MESSAGE_TRANSPORTS } from './support/messages.js';
import { oneHandler } from './support/one-handler.js';
import { endAndRefuse } from './support/refused-session.js';

const PATTERN = 'trade';

/** The work of a handler, in its first run or its second. */
type Work = (simulator: BetfairSimulator, run: number) => unknown;

function fails(simulator: BetfairSimulator): never {
  throw Object.assign(new Error('refused'), { cause: endAndRefuse({ simulator }) });
}

function failsAlive(): never {
  throw Object.assign(new Error('refused'), { cause: refused });
}

function failsOnce(simulator: BetfairSimulator, run: number) {
  return run === 1 ? fails(simulator) : { run };
}

describe.each(MESSAGE_TRANSPORTS)(
  'a handler of messages in $name',
  ({ registeredAs, onClass, on, body, open }) => {
    /** Sends a message to a handler that does `work`, and tells how often it ran. */
    async function runsOf(
      work: Work,
      retry: UseBetfairSessionOptions['retry'],
      message?: object,
    ): Promise<{ answer: unknown; runs: number; logins: number }> {
      await using simulator = await BetfairSimulator.start();
      let runs = 0;
      const handler = oneHandler(
        () => {
          runs += 1;
          return work(simulator, runs);
        },
        {
          onClass: [onClass()],
          onMethod: [on(PATTERN), UseBetfairSession({ retry })],
          given: body(),
        },
      );
      const module = await Test.createTestingModule({
        imports: [BetfairSessionModule.forRoot(simulator.options())],
        [registeredAs]: [handler],
      })
        .setLogger(new RecordingLogger())
        .compile();
      const { ask, close } = await open(module);
      try {
        const answer = await ask(PATTERN, message);
        return { answer, runs, logins: simulator.counts.logins };
      } finally {
        await close();
      }
    }

    it('is not repeated because a message calls itself a GET', async () => {
      const { runs, logins } = await runsOf(fails, undefined, { method: 'GET' });
      expect({ runs, logins }).toEqual({ runs: 1, logins: 2 });
    });

    it('is repeated with `once`, whatever the message says of a response', async () => {
      const { answer, runs } = await runsOf(failsOnce, 'once', { headersSent: true });
      expect({ answer, runs }).toEqual({ answer: { run: 2 }, runs: 2 });
    });

    it('is repeated with `once` where the message says nothing', async () => {
      const { answer, runs } = await runsOf(failsOnce, 'once');
      expect({ answer, runs }).toEqual({ answer: { run: 2 }, runs: 2 });
    });

    it('is not repeated because the data of its answer, which names no event, looks like a refusal', async () => {
      const outcome = await runsOf(() => ({ data: refused }), 'once');
      expect(outcome).toEqual({ answer: { data: refused }, runs: 1, logins: 1 });
    });

    it('is not repeated because it throws what looks like a refusal while the session lives', async () => {
      const outcome = await runsOf(failsAlive, 'once');
      expect(outcome).toMatchObject({ runs: 1, logins: 1 });
    });
  },
);
