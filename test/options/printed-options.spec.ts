import { ModulesContainer } from '@nestjs/core';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  BetfairSessionModule,
  type BetfairSessionOptions,
  getSessionOptionsToken,
  SessionService,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { inspect } from 'node:util';
import { resolveSessionOptions } from '../../lib/options/session-options.resolver.js';
import { expectNoSecret, shownOf } from '../identity/support/secrets.js';
import { RecordingLogger } from '../support/application.js';

let simulator: BetfairSimulator;

beforeAll(async () => {
  simulator = await BetfairSimulator.start();
});
afterAll(() => simulator.stop());

/** Options that hold every kind of secret. */
function certificateLogin(): BetfairSessionOptions {
  const { certificate, ...rest } = simulator.options();
  return {
    ...rest,
    password: 'canary-password',
    applicationKey: 'canaryApplicationKey',
    certificate: { ...certificate, passphrase: 'canary-passphrase' },
  };
}

function interactiveLogin(): BetfairSessionOptions {
  return {
    username: 'punter',
    password: 'canary-password',
    applicationKey: 'canaryApplicationKey',
    login: 'interactive',
    twoFactorCode: Object.assign(() => '123456', { secret: 'canary-two-factor' }),
    storage: 'mem://',
  };
}

function secrets(): string[] {
  return ['canary', simulator.options().certificate.key.split('\n')[5] ?? ''];
}

/** As a class holds them: behind getters, and where nothing but the class can look. */
@Injectable()
class OptionsOfAClass {
  readonly #password = 'canary-password';

  get username() {
    return 'punter';
  }
  get password() {
    return this.#password;
  }
  get applicationKey() {
    return 'canaryApplicationKey';
  }
  get login() {
    return 'interactive' as const;
  }
  get storage() {
    return 'mem://';
  }

  createBetfairSessionOptions(): BetfairSessionOptions {
    return this;
  }
}

@Module({ providers: [OptionsOfAClass], exports: [OptionsOfAClass] })
class OptionsModule {}

const registrations: Record<
  string,
  (name?: string) => ReturnType<typeof BetfairSessionModule.forRoot>
> = {
  'forRoot()': (name) => BetfairSessionModule.forRoot({ ...certificateLogin(), name }),
  'forRoot() with interactive login': (name) =>
    BetfairSessionModule.forRoot({ ...interactiveLogin(), name }),
  'forRootAsync() with useFactory': (name) =>
    BetfairSessionModule.forRootAsync({ name, useFactory: async () => certificateLogin() }),
  'forRootAsync() with useClass': (name) =>
    BetfairSessionModule.forRootAsync({ name, useClass: OptionsOfAClass }),
  'forRootAsync() with useExisting': (name) =>
    BetfairSessionModule.forRootAsync({
      name,
      imports: [OptionsModule],
      useExisting: OptionsOfAClass,
    }),
};

describe.each(Object.entries(registrations))('the options of %s', (_, register) => {
  it.each([undefined, 'italy'])('print no secret, with the name %s', async (name) => {
    const registration = register(name);
    const module = await Test.createTestingModule({ imports: [registration] })
      .setLogger(new RecordingLogger())
      .compile();
    const provided: unknown = module.get(getSessionOptionsToken(name), { strict: false });
    expectNoSecret(registration, secrets());
    expectNoSecret(provided, secrets());
    expectNoSecret({ nested: [provided] }, secrets());
    const modules = [...module.get(ModulesContainer).values()];
    const ours = modules.find(({ metatype }) => metatype === BetfairSessionModule);
    const values = Array.from(ours?.providers.values() ?? [], ({ instance }): unknown => instance);
    // Deeper, it is the whole application.
    const shown = inspect([ours, values], { depth: 5, showHidden: true, maxArrayLength: Infinity });
    for (const secret of secrets()) expect(shown).not.toContain(secret);
    // As they were provided, and as they were resolved.
    expect(shown.split("password: '[redacted]'").length).toBeGreaterThan(2);
    await module.close();
  });
});

describe('printed options', () => {
  it('show what is no secret, and that the rest is there', async () => {
    const module = await Test.createTestingModule({
      imports: [
        BetfairSessionModule.forRoot({ ...interactiveLogin(), keepAlive: { interval: 60_000 } }),
      ],
    })
      .setLogger(new RecordingLogger())
      .compile();
    const shown = {
      username: '[redacted]',
      password: '[redacted]',
      applicationKey: '[redacted]',
      login: 'interactive',
      twoFactorCode: '[redacted]',
      storage: '[redacted]',
      keepAlive: { interval: 60_000 },
    };
    const provided: unknown = module.get(getSessionOptionsToken());
    expect(JSON.parse(JSON.stringify(provided))).toEqual(shown);
    expect(inspect(provided)).toBe(inspect(shown));
    await module.close();
  });

  it('of an option that does not exist show no value, which may be a misspelt password', async () => {
    const options = Object.assign(interactiveLogin(), { pasword: 'canary' });
    expect(shownOf(BetfairSessionModule.forRoot(options))).not.toContain('canary');
  });

  it('that are resolved show no secret', async () => {
    const resolved = await resolveSessionOptions(certificateLogin());
    expectNoSecret(resolved, secrets());
    expect(resolved.password).toBe('canary-password');
    expect(inspect(resolved)).toContain("jurisdiction: 'global'");
  });
});

describe('hiding secrets', () => {
  it('leaves the object of the application as it is', async () => {
    const options = certificateLogin();
    const before = inspect(options, { depth: Infinity, showHidden: true });
    BetfairSessionModule.forRoot(options);
    const module = await Test.createTestingModule({
      imports: [BetfairSessionModule.forRootAsync({ useFactory: () => options })],
    })
      .setLogger(new RecordingLogger())
      .compile();
    await module.close();
    expect(inspect(options, { depth: Infinity, showHidden: true })).toBe(before);
    expect(before).toContain('canary-password');
  });

  it('leaves the login as it is, with functions and getters', async () => {
    let asked = 0;
    class Options {
      readonly #options = simulator.options();
      get username() {
        return this.#options.username;
      }
      get password() {
        return async () => {
          asked += 1;
          return this.#options.password;
        };
      }
      get applicationKey() {
        return this.#options.applicationKey;
      }
      get certificate() {
        return this.#options.certificate;
      }
      get ca() {
        return this.#options.ca;
      }
      get endpoints() {
        return this.#options.endpoints;
      }
      get storage() {
        return this.#options.storage;
      }
    }
    const module = await Test.createTestingModule({
      imports: [BetfairSessionModule.forRootAsync({ useFactory: () => new Options() })],
    })
      .setLogger(new RecordingLogger())
      .compile();
    await module.get(SessionService).getSession();
    expect(asked).toBeGreaterThan(0);
    expect(simulator.counts.logins).toBe(1);
    await module.close();
  });
});
