import { setTimeout } from 'node:timers/promises';
import {
  applyDecorators,
  type CallHandler,
  Controller,
  type ExecutionContext,
  Get,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import {
  type BetfairSession,
  BetfairSessionModule,
  CurrentSession,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { closeServed, serve } from '../../support/http-application.js';
import { loopQueue, pool, type Queue, timerQueue } from '../../support/queues.js';

const ACCOUNTS = ['default', 'second', 'default', 'second', 'second', 'default'];
const KEYS: Record<string, string> = { default: 'SimulatedAppKey1', second: 'SimulatedAppKey2' };

const queues: Queue[] = [];
const simulators: BetfairSimulator[] = [];

afterEach(async () => {
  for (const queue of queues.splice(0)) queue.close();
  await closeServed();
  await Promise.all(simulators.splice(0).map((simulator) => simulator.stop()));
});

/** An interceptor that has handlers wait for their turn. */
function limiter(queue: Queue): NestInterceptor {
  queues.push(queue);
  return {
    intercept: (_context: ExecutionContext, next: CallHandler): Observable<unknown> =>
      from(queue.add(() => lastValueFrom(next.handle()))),
  };
}

function accountOf(context: ExecutionContext): string {
  const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
  return headers['account'] ?? 'default';
}

/** Serves two handlers behind a limiter, and gives what each of many requests at once was answered. */
async function ask(onClass: readonly ClassDecorator[], onMethod: readonly MethodDecorator[]) {
  const simulator = await BetfairSimulator.start({
    accounts: [{ username: 'one' }, { username: 'two' }],
  });
  simulators.push(simulator);

  @Controller()
  @applyDecorators(...onClass)
  class Desk {
    @Get('keys')
    @applyDecorators(...onMethod)
    key(@CurrentSession() session: BetfairSession) {
      return work(session);
    }

    @Get('others')
    @applyDecorators(...onMethod)
    other(@CurrentSession() session: BetfairSession) {
      return work(session);
    }
  }
  const application = await serve(() => ({
    imports: [BetfairSessionModule.forRoot({ ...simulator.options('two'), name: 'second' })],
    controllers: [Desk],
  }));
  const answers = await Promise.all(
    ACCOUNTS.map(async (account, index) => {
      const path = index % 3 === 0 ? '/others' : '/keys';
      const answer = await application.get(path, { headers: { account } });
      return { account, text: await answer.text() };
    }),
  );
  return { ...application, answers };
}

/** A handler that takes a while and answers whose session it has. */
async function work({ applicationKey }: BetfairSession): Promise<string> {
  await setTimeout(10);
  return applicationKey;
}

const QUEUES: [string, () => Queue][] = [
  ['a loop that its first job starts', loopQueue],
  ['a pool in which each job starts the next', pool],
  ['a timer of the process', timerQueue],
];

describe('handlers that an interceptor has wait for their turn', () => {
  it.each(QUEUES)(
    'have a session of their own or none, inside the decorator: %s',
    async (_, make) => {
      const limited = UseInterceptors(limiter(make()));
      const { answers, errors } = await ask([UseBetfairSession({ name: accountOf })], [limited]);
      for (const { account, text } of answers) {
        expect([KEYS[account], 'BetfairConfigurationError']).toContain(text);
      }
      const refused = answers.filter(({ text }) => text === 'BetfairConfigurationError');
      expect(errors).toHaveLength(refused.length);
      for (const error of errors) {
        expect(error).toMatchObject({
          code: 'BETFAIR_CONFIGURATION',
          message: expect.stringMatching(
            /finds no session in Desk\.\w+\..* a queue around the handler/,
          ),
        });
      }
    },
  );

  it.each(QUEUES)(
    'each have the session of their account, around the decorator: %s',
    async (_, make) => {
      const limited = UseInterceptors(limiter(make()));
      const { answers, errors } = await ask([limited, UseBetfairSession({ name: accountOf })], []);
      expect(answers).toEqual(ACCOUNTS.map((account) => ({ account, text: KEYS[account] })));
      expect(errors).toEqual([]);
    },
  );
});
