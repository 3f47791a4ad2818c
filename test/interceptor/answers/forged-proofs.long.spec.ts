import { BadGatewayException, Controller, Get } from '@nestjs/common';
import {
  type BetfairSession,
  CurrentSession,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { INVALID } from '../../calls/rejections.fixture.js';
import {
  type Betting,
  closeServed,
  type HttpApplication,
  serve,
} from '../../support/http-application.js';
import { expectUnharmed } from '../support/unharmed.js';

afterEach(closeServed);

/** Makes an error of the application's own out of what a user sent and a client threw. */
type Wrap = (cause: unknown) => unknown;

const LIST = 'SportsAPING/v1.0/listEventTypes';

/** The fault of a call that Betfair did not refuse for its session, as axios throws it: it shows token and URL. */
async function ordinaryFault({ raw }: Betting, session: BetfairSession): Promise<unknown> {
  const fault: unknown = await raw.axiosRest(session, 'noSuchOperation').catch((e: unknown) => e);
  expect(fault).toMatchObject({ response: { status: 404 } });
  expect(JSON.stringify(fault)).toContain(session.token);
  return fault;
}

/** Five requests for a handler that throws what is made of an ordinary fault, each followed by one of another user. */
async function askFiveTimes(wrap: Wrap): Promise<HttpApplication> {
  const application = await serve((betting) => {
    @Controller()
    @UseBetfairSession({ retry: 'once' })
    class ForgedController {
      constructor(private readonly sessions: SessionService) {}

      @Get('forged') async forged(@CurrentSession() session: BetfairSession) {
        throw wrap(await ordinaryFault(betting, session));
      }

      @Get('other') other() {
        return this.sessions.call(LIST);
      }
    }
    return { controllers: [ForgedController] };
  });
  for (let request = 0; request < 5; request += 1) {
    expect((await application.get('/forged')).status).toBe(500);
    expect((await application.get('/other')).status).toBe(200);
  }
  return application;
}

describe('an error with the words of a user next to the request of another call', () => {
  it.each<[string, Wrap]>([
    ['a text', (cause) => new BadGatewayException(INVALID, { cause })],
    ['a message', (cause) => new BadGatewayException({ message: INVALID }, { cause })],
    [
      'a fault',
      (cause) =>
        new BadGatewayException({ faultcode: 'Client', faultstring: 'ANGX-0003' }, { cause }),
    ],
    ['a plain error', (cause) => new Error(INVALID, { cause })],
    [
      'an error between them',
      (cause) => new Error(INVALID, { cause: new Error('no such market', { cause }) }),
    ],
    [
      'an error inside it',
      (cause) => new Error('failed', { cause: new Error(INVALID, { cause }) }),
    ],
  ])('is no proof, so the session stays: %s', async (_, wrap) => {
    const application = await askFiveTimes(wrap);
    expectUnharmed(application, true);
    // One run for each request.
    expect(application.errors).toHaveLength(5);
    expect(application.simulator.counts.calls).toBe(10);
  });

  it('counts for nothing where it is one of several errors', async () => {
    const { simulator, sessions } = await askFiveTimes(
      (cause) => new AggregateError([new Error(INVALID), cause]),
    );
    expect(simulator.counts).toMatchObject({ logins: 1, loginAttempts: 1, calls: 10 });
    expect(simulator.counts.keepAlives).toBeLessThanOrEqual(1);
    expect(sessions().status.state).toBe('ready');
  });
});
