import { Controller, Get } from '@nestjs/common';
import {
  type BetfairSession,
  CurrentSession,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { concatMap, from } from 'rxjs';
import { post, RPC, rpcCall } from '../../support/betting.js';
import { closeServed, serve } from '../../support/http-application.js';
import { interceptor } from '../support/between.js';

afterEach(closeServed);

const list = post(rpcCall('listEventTypes'));

@Controller()
@UseBetfairSession()
class RenewingController {
  constructor(private readonly sessions: SessionService) {}

  @Get('in-handler') async inHandler(@CurrentSession() given: BetfairSession) {
    const response = await this.sessions.fetch(RPC, list);
    return { ...(await this.generations(given)), status: response.status };
  }

  @Get('before-handler')
  @interceptor((next, sessions) =>
    from(sessions.fetch(RPC, list)).pipe(concatMap(() => next.handle())),
  )
  beforeHandler(@CurrentSession() given: BetfairSession) {
    return this.generations(given);
  }

  private async generations(given: BetfairSession) {
    const { generation } = await this.sessions.getSession();
    return {
      given: given.generation,
      now: generation,
      current: this.sessions.current?.generation,
    };
  }
}

describe('@CurrentSession()', () => {
  it.each(['in-handler', 'before-handler'])(
    'stays the session of the run when a fetch inside renews it, and getSession() gives the new one: %s',
    async (path) => {
      const { get, simulator, sessions } = await serve(() => ({
        controllers: [RenewingController],
      }));
      await sessions().getSession();
      simulator.endSessions();
      const answer: unknown = await (await get(`/${path}`)).json();
      expect(answer).toMatchObject({ given: 1, now: 2, current: 2 });
      expect(await (await get(`/${path}`)).json()).toMatchObject({ given: 2, now: 2, current: 2 });
      expect(simulator.counts.logins).toBe(2);
    },
  );
});
