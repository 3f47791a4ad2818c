import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import {
  getSessionOptionsToken,
  getSessionServiceToken,
  SessionService,
} from 'nestjs-betfair-session';
import { mockSessionService } from 'nestjs-betfair-session/testing';
import { encrypt } from '../../identity/support/certificates.js';
import {
  account,
  afterwards,
  cleanUp,
  startProxied,
  startSimulator,
} from '../../proxies/proxied.application.js';
import { sessionsAreServed } from '../../proxies/proxied-sessions.cases.js';
import { injectedStoresAreKnown, storesAreKnown } from '../../proxies/proxied-stores.cases.js';
import { keyLinesOf, PLANTED, searchFor } from '../../support/planted.js';
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
    const { applicationKey, passphrase, password, twoFactorCode } = PLANTED;
    const simulator = await startSimulator({
      accounts: [
        { password, applicationKey },
        { username: 'codes', password, twoFactorCode },
      ],
    });
    const { cert, key } = simulator.options().certificate;
    const encrypted = encrypt(key, passphrase);
    const certificate = { cert, key: encrypted, passphrase };
    const codes = { login: 'interactive', certificate: undefined, storage: 'mem://' } as const;
    const { within, app } = await startProxied(monitor, {
      imports: [
        account(simulator, { storage: 'mem://', certificate }),
        account(simulator, { ...codes, twoFactorCode: () => twoFactorCode }, 'codes'),
      ],
    });
    const { token } = await within((sessions) => sessions.getSession());
    const withCodes = app.get<SessionService>(getSessionServiceToken('codes'));
    const other = await within(() => withCodes.getSession());
    simulator.fail('api', { reply: `<html>${token} ${applicationKey}</html>` });
    const failed = within((sessions) => sessions.call(LIST, { filter: {} }));
    await expect(failed).rejects.toMatchObject({ name: 'BetfairApiError' });
    await monitor.told('BetfairApiError');
    simulator.endSessions();
    // The next code is refused.
    simulator.account('codes').twoFactorCode = 'another code';
    const refused = within(() => withCodes.keepAlive());
    await expect(refused).rejects.toMatchObject({ name: 'BetfairLoginBlockedError' });
    await monitor.told('BetfairLoginBlockedError');
    const told = monitor.telemetry.join('\n');
    expect(told).toContain('SessionService');
    const keyLines = keyLinesOf(key, encrypted);
    const secretsIn = searchFor([...Object.values(PLANTED), token, other.token, ...keyLines]);
    expect(secretsIn(told)).toEqual([]);
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
