import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  ParseIntPipe,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  type BetfairSession,
  BetfairSessionModule,
  CurrentSession,
  isInvalidSession,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { throwError } from 'rxjs';
import type { WebSocket } from 'ws';
import { refused } from '../../calls/rejections.fixture.js';
import { RecordingLogger } from '../../support/application.js';
import { type Ask, MESSAGE_TRANSPORTS } from '../support/messages.js';

/** Keeps what goes up from the handlers of a class, and answers with its name. */
@Catch()
class RecordingFilter implements ExceptionFilter {
  readonly errors: unknown[] = [];

  catch(error: unknown, host: ArgumentsHost): unknown {
    this.errors.push(error);
    const answer = { filtered: error instanceof Error ? error.name : 'unknown' };
    if (host.getType() === 'rpc') return throwError(() => answer);
    host.switchToWs().getClient<WebSocket>().send(JSON.stringify(answer));
    return undefined;
  }
}

class PasswordGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const message = context.getType() === 'rpc' ? context.switchToRpc() : context.switchToWs();
    return message.getData<{ password: string }>().password === 'open';
  }
}

describe.each(MESSAGE_TRANSPORTS)('in $name', ({ registeredAs, onClass, on, body, open }) => {
  let simulator: BetfairSimulator;
  let sessions: SessionService;
  let filter: RecordingFilter;
  let runs: number;
  let ask: Ask;
  let close: () => Promise<void>;

  beforeEach(async () => {
    runs = 0;
    filter = new RecordingFilter();
    simulator = await BetfairSimulator.start();

    @onClass()
    @UseFilters(filter)
    class Trader {
      @on('stake')
      @UseGuards(PasswordGuard)
      @UseBetfairSession()
      stake(@CurrentSession() session: BetfairSession, @body('size', ParseIntPipe) size: number) {
        runs += 1;
        return { generation: session.generation, size };
      }

      @on('refused')
      @UseBetfairSession()
      refused(@CurrentSession() _session: BetfairSession) {
        runs += 1;
        throw Object.assign(new Error('refused'), { name: 'Refusal', cause: refused });
      }

      @on('untaken')
      @UseBetfairSession()
      untaken() {
        runs += 1;
        throw Object.assign(new Error('refused'), { name: 'Refusal', cause: refused });
      }

      @on('bare')
      bare(@CurrentSession() session: BetfairSession) {
        return session;
      }
    }

    const module = await Test.createTestingModule({
      imports: [BetfairSessionModule.forRoot(simulator.options())],
      [registeredAs]: [Trader],
    })
      .setLogger(new RecordingLogger())
      .compile();
    sessions = module.get(SessionService);
    ({ ask, close } = await open(module));
  });
  afterEach(async () => {
    await close();
    await simulator.stop();
  });

  it('@CurrentSession() is the session, and a pipe next to it works', async () => {
    const answer = await ask('stake', { size: '5', password: 'open' });
    expect(answer).toEqual({ generation: 1, size: 5 });
    expect(filter.errors).toEqual([]);
  });

  it('a guard runs before a session is obtained', async () => {
    await ask('stake', { size: '5', password: 'wrong' });
    expect(filter.errors).toEqual([expect.objectContaining({ message: 'Forbidden resource' })]);
    expect(simulator.counts.loginAttempts).toBe(0);
    expect(runs).toBe(0);
  });

  it('the refusal of a pipe does not count as a refused session', async () => {
    const answer = await ask('stake', { size: 'five', password: 'open' });
    expect(answer).toEqual({ filtered: 'BadRequestException' });
    expect(simulator.counts.logins).toBe(1);
    expect(runs).toBe(0);
  });

  it('a handler without @UseBetfairSession() is named', async () => {
    expect(await ask('bare', {})).toEqual({ filtered: 'BetfairConfigurationError' });
    expect(filter.errors).toEqual([
      expect.objectContaining({
        message: expect.stringContaining(
          'finds no session in Trader.bare. Add @UseBetfairSession() to it.',
        ),
      }),
    ]);
  });

  it('the exception filter gets the refusal that is not repeated, and the session is replaced', async () => {
    await sessions.getSession();
    simulator.endSessions();
    expect(await ask('refused', {})).toEqual({ filtered: 'Refusal' });
    expect(filter.errors.map(isInvalidSession)).toEqual([true]);
    expect(runs).toBe(1);
    expect(sessions.current?.generation).toBe(2);
  });

  it('the exception filter gets what only looks like a refusal, and the session stays', async () => {
    expect(await ask('refused', {})).toEqual({ filtered: 'Refusal' });
    expect(await ask('untaken', {})).toEqual({ filtered: 'Refusal' });
    expect(filter.errors.map(isInvalidSession)).toEqual([true, true]);
    expect(runs).toBe(2);
    expect(sessions.current?.generation).toBe(1);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 1 });
  });

  it('the exception filter gets the refusal also if no new session can be obtained', async () => {
    await sessions.getSession();
    simulator.endSessions();
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    expect(await ask('refused', {})).toEqual({ filtered: 'Refusal' });
    expect(filter.errors).toEqual([expect.objectContaining({ message: 'refused' })]);
    expect(runs).toBe(1);
    expect(sessions.status.state).toBe('blocked');
  });
});
