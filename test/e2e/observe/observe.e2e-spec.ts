import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { getSessionOptionsToken, SessionService } from 'nestjs-betfair-session';
import { mockSessionService } from 'nestjs-betfair-session/testing';
import { secretsOf } from '../../identity/support/secrets.js';
import {
  account,
  afterwards,
  cleanUp,
  startProxied,
  startSimulator,
} from '../../proxies/proxied.application.js';
import { sessionsAreServed } from '../../proxies/proxied-sessions.cases.js';
import { injectedStoresAreKnown, storesAreKnown } from '../../proxies/proxied-stores.cases.js';
import { type Monitor, startMonitor } from './monitor.js';

const LIST = 'SportsAPING/v1.0/listEventTypes';

let monitor: Monitor;

beforeEach(async () => {
  monitor = await startMonitor();
  afterwards(() => monitor.close());
});
afterEach(cleanUp);

describe('in an application that @nestjs/observe monitors', () => {
  describe('a store', () => {
    storesAreKnown(() => monitor);
    injectedStoresAreKnown(() => monitor);
  });
  describe('sessions:', () => sessionsAreServed(() => monitor));

  it('the monitor sees the calls, and tells its collector no secret', async () => {
    const simulator = await startSimulator();
    const { within } = await startProxied(monitor, {
      imports: [account(simulator, { storage: 'mem://' })],
    });
    const { token } = await within((sessions) => sessions.getSession());
    simulator.fail('api', 'html');
    const failed = within((sessions) => sessions.call(LIST, { filter: {} }));
    await expect(failed).rejects.toMatchObject({ name: 'BetfairApiError' });
    await monitor.told('BetfairApiError');
    const told = monitor.telemetry.join('\n');
    expect(told).toContain('SessionService');
    for (const secret of secretsOf(simulator.options(), [token])) {
      expect(told).not.toContain(secret);
    }
  });

  it('a test overrides the options, or the service', async () => {
    const simulator = await startSimulator();
    const { change, instanceDecorator } = monitor;
    const start = async (replaced: (test: TestingModuleBuilder) => TestingModuleBuilder) => {
      const imports = [account(simulator, { storage: 'mem://', applicationKey: 'of-production' })];
      const module = await replaced(Test.createTestingModule(change({ imports }))).compile();
      const app = module.createNestApplication({
        instrument: { instanceDecorator },
        logger: false,
      });
      afterwards(() => app.close());
      await app.init();
      return app.get(SessionService);
    };
    const options = await start((test) =>
      test.overrideProvider(getSessionOptionsToken()).useValue(simulator.options()),
    );
    expect(await options.call(LIST, { filter: {} })).toHaveLength(2);
    const mocked = await start((test) =>
      test
        .overrideProvider(SessionService)
        .useValue(mockSessionService({ call: () => ['answered'] })),
    );
    expect(await mocked.call(LIST)).toEqual(['answered']);
    expect(simulator.counts.logins).toBe(1);
  });
});
