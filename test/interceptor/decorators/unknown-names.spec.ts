import { Controller, Get } from '@nestjs/common';
import {
  type BetfairSession,
  BetfairSessionModule,
  CurrentSession,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { closeServed, serve } from '../../support/http-application.js';

afterEach(closeServed);

describe('a function that names no registered account', () => {
  // As out of a value whose type is `any`.
  const { unnamed }: { unnamed: string } = JSON.parse('{}');

  it.each([
    ['undefined', () => unnamed],
    ['spain', () => 'spain'],
  ])('fails the handler and never gives the default account: %s', async (name, given) => {
    const tokens: string[] = [];

    @Controller()
    @UseBetfairSession({ name: 'italy' })
    class Desk {
      @Get()
      @UseBetfairSession({ name: given })
      get(@CurrentSession() { token }: BetfairSession) {
        tokens.push(token);
      }
    }
    const { get, errors, simulator } = await serve((betting) => ({
      imports: [
        BetfairSessionModule.forRoot({
          ...betting.simulator.options(),
          name: 'italy',
          storage: 'mem://',
        }),
      ],
      controllers: [Desk],
    }));
    expect((await get('/')).status).toBe(500);
    const message = `on Desk.get asks for the Betfair account "${name}", which is not registered. Registered accounts: default, italy.`;
    expect(errors).toMatchObject([
      { code: 'BETFAIR_CONFIGURATION', message: expect.stringContaining(message) },
    ]);
    expect(tokens).toEqual([]);
    expect(simulator.counts.loginAttempts).toBe(0);
  });
});
