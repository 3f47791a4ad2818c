import { applyDecorators, Controller, Post, type Type } from '@nestjs/common';
import {
  type BetfairSession,
  BetfairSessionModule,
  CurrentSession,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { closeServed, serve } from '../../support/http-application.js';
import { endAndRefuse } from '../support/refused-session.js';

afterEach(closeServed);

let simulator: BetfairSimulator;

beforeEach(async () => {
  simulator = await BetfairSimulator.start({
    accounts: [{ username: 'one' }, { username: 'two' }],
  });
});

afterEach(() => simulator.stop());

const Italy = () => applyDecorators(UseBetfairSession({ name: 'italy' }));
const Once = () => UseBetfairSession({ retry: 'once' });

/** Serves a controller beside a second account. */
function serveItaly(controller: Type) {
  return serve(() => ({
    imports: [BetfairSessionModule.forRoot({ ...simulator.options('two'), name: 'italy' })],
    controllers: [controller],
  }));
}

const keys: string[] = [];

/** A handler's work whose session is dead in its first run. */
function handle({ applicationKey, generation }: BetfairSession) {
  keys.push(applicationKey);
  if (generation === 1) throw endAndRefuse({ simulator });
  return 'placed';
}

/** Asserts that a POST ran twice, with the second account. */
async function expectItalianAndOnce(controller: Type) {
  keys.length = 0;
  const { post, simulator: ofDefault } = await serveItaly(controller);
  expect(await (await post('/')).text()).toBe('placed');
  expect(keys).toEqual(['SimulatedAppKey2', 'SimulatedAppKey2']);
  expect(ofDefault.counts.loginAttempts).toBe(0);
}

describe('several decorators on one target are merged', () => {
  it.each([
    ['the composed one below', [Once(), Italy()]],
    ['the composed one above', [Italy(), Once()]],
    ['all composed', [applyDecorators(Italy(), Once())]],
    [
      'with one more that says nothing',
      [UseBetfairSession(), Italy(), Once(), UseBetfairSession()],
    ],
  ])('on a method: %s', async (_, decorators) => {
    @Controller()
    class Desk {
      @Post()
      @applyDecorators(...decorators)
      post(@CurrentSession('italy') session: BetfairSession) {
        return handle(session);
      }
    }
    await expectItalianAndOnce(Desk);
  });

  it.each([
    ['the composed one below', [Once(), Italy()]],
    ['the composed one above', [Italy(), Once()]],
  ])('on a class: %s', async (_, decorators) => {
    @Controller()
    @applyDecorators(...decorators)
    class Desk {
      @Post()
      post(@CurrentSession('italy') session: BetfairSession) {
        return handle(session);
      }
    }
    await expectItalianAndOnce(Desk);
  });

  it('the upper one wins', async () => {
    @Controller()
    class Desk {
      @Post()
      @UseBetfairSession({ name: 'italy', retry: 'once' })
      @UseBetfairSession({ name: 'unknown', retry: 'never' })
      post(@CurrentSession() session: BetfairSession) {
        return handle(session);
      }
    }
    await expectItalianAndOnce(Desk);
  });
});

describe('a decorator on a subclass', () => {
  class Base {
    @Post()
    post(@CurrentSession() session: BetfairSession) {
      return handle(session);
    }
  }

  it('is merged with that of its parent, which stays as it is', async () => {
    @Controller('parent')
    @Italy()
    class Parent extends Base {}

    @Controller()
    @Once()
    class Child extends Parent {}

    await expectItalianAndOnce(Child);
    keys.length = 0;
    const { post } = await serveItaly(Parent);
    // Without `retry`, a POST runs once.
    await post('/parent');
    expect(keys).toEqual(['SimulatedAppKey2']);
  });
});
