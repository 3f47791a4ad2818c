import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';
import {
  BetfairStream,
  BetfairStreamModule,
  getBetfairStreamToken,
  InjectBetfairStream,
} from 'nestjs-betfair-session/stream';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { closeAccounts } from '../support/account.js';
import { RecordingLogger } from '../support/application.js';
import { Follower, MARKET, ORDERS, StreamScene } from './follower.js';

afterEach(closeAccounts);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

@Injectable()
class Prices {
  constructor(
    readonly stream: BetfairStream,
    @InjectBetfairStream('italy') readonly italian: BetfairStream,
  ) {}
}

@Module({ providers: [Prices] })
class PricesModule {}

describe('BetfairStreamModule', () => {
  it('provides the stream of each account everywhere, and ends it with the application', async () => {
    await using simulator = await BetfairSimulator.start({
      accounts: [{ username: 'here' }, { username: 'there' }],
    });
    const module = await Test.createTestingModule({
      imports: [
        PricesModule,
        BetfairSessionModule.forRoot(simulator.options('here')),
        BetfairSessionModule.forRoot({ ...simulator.options('there'), name: 'italy' }),
        BetfairStreamModule.forRoot(),
        BetfairStreamModule.forRoot({ name: 'italy' }),
      ],
    })
      .setLogger(new RecordingLogger())
      .compile();
    await module.init();
    const { stream, italian } = module.get(Prices, { strict: false });
    expect(module.get(getBetfairStreamToken('italy'), { strict: false })).toBe(italian);
    expect(stream).not.toBe(italian);
    const followers = [stream, italian].map((one) => new Follower(one.messages(ORDERS)));
    await until(() => followers.every(({ messages }) => messages.length === 1));
    expect(simulator.liveTokens('here')).toHaveLength(1);
    expect(simulator.liveTokens('there')).toHaveLength(1);

    await module.close();
    expect(followers.map(({ completed, failed }) => [completed, failed])).toEqual([
      [true, undefined],
      [true, undefined],
    ]);
    await until(() => simulator.stream.counts.open === 0);
    expect(stream.status).toEqual([]);
  });

  it('serves only its importers if it is not global', async () => {
    await using simulator = await BetfairSimulator.start();
    const build = Test.createTestingModule({
      imports: [
        PricesModule,
        BetfairSessionModule.forRoot(simulator.options()),
        BetfairStreamModule.forRoot({ isGlobal: false }),
      ],
    })
      .setLogger(new RecordingLogger())
      .compile();
    await expect(build).rejects.toThrow(/BetfairStream/);
  });
});

/** Closes the application, whose time has to pass for some waits. */
function close({ application, clock }: StreamScene): Promise<void> {
  return clock.until(application.close());
}

it('serves an account that is not global, if it imports that', async () => {
  await using simulator = await BetfairSimulator.start();
  const account = BetfairSessionModule.forRoot({ ...simulator.options(), isGlobal: false });
  const module = await Test.createTestingModule({
    imports: [BetfairStreamModule.forRoot({ imports: [account] })],
  })
    .setLogger(new RecordingLogger())
    .compile();
  await module.init();
  const follower = new Follower(module.get(BetfairStream, { strict: false }).messages(ORDERS));
  await until(() => follower.messages.length === 1);
  await module.close();
});

describe('a subscription completes when the application shuts down', () => {
  it('while it is served', async () => {
    const scene = await StreamScene.start();
    const follower = scene.followMarkets();
    await scene.until(() => follower.messages.length === 1);
    await close(scene);
    await scene.until(() => follower.completed);
    await scene.until(() => scene.simulator.stream.counts.open === 0);
  });

  it('while it waits', async () => {
    const scene = await StreamScene.start();
    const follower = scene.followMarkets();
    await scene.until(() => follower.messages.length === 1);
    scene.simulator.stream.fail('NOT_AUTHORIZED');
    scene.simulator.stream.cut();
    await scene.state('waiting');
    await close(scene);
    await scene.until(() => follower.completed);
  });

  it('while Betfair gives no session', async () => {
    const scene = await StreamScene.start();
    scene.simulator.fail('certLogin', { status: 503 }, { times: Infinity });
    const follower = scene.followMarkets();
    await scene.state('waiting');
    expect(scene.status?.error).toMatchObject({ code: 'BETFAIR_IDENTITY_UNAVAILABLE' });
    await close(scene);
    await scene.until(() => follower.completed);
    expect(follower.failed).toBeUndefined();
  });

  it('if it begins afterwards', async () => {
    const scene = await StreamScene.start();
    await close(scene);
    const follower = scene.followMarkets();
    await scene.until(() => follower.completed);
    expect(scene.simulator.stream.counts.connections).toBe(0);
  });
});

it('is served as soon as a session is available again', async () => {
  const scene = await StreamScene.start();
  scene.simulator.fail('certLogin', { status: 503 }, { times: 2 });
  const follower = scene.followMarkets();
  await scene.state('waiting');
  await scene.again();
  await scene.until(() => follower.messages.length === 1);
  expect(scene.simulator.counts.logins).toBe(1);
});

it('needs no more than a SessionService', async () => {
  await using simulator = await BetfairSimulator.start();
  const module = await Test.createTestingModule({
    imports: [BetfairSessionModule.forRoot(simulator.options())],
  })
    .setLogger(new RecordingLogger())
    .compile();
  await module.init();
  const { host, port } = simulator.stream;
  const address = { host, port, ca: simulator.ca };
  const stream = new BetfairStream(module.get(SessionService), address);
  const follower = new Follower(stream.messages(MARKET));
  await until(() => follower.messages.length > 0);
  await module.close();
  await until(() => follower.completed);
});
