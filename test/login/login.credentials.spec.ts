import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  BetfairConfigurationError,
  BetfairIdentityUnavailableError,
  BetfairLoginRejectedError,
  BetfairSessionError,
  type SessionEvent,
} from 'nestjs-betfair-session';
import {
  CredentialProvider,
  type CredentialSources,
} from '../../lib/login/credentials/login.credentials.js';
import { systemClock } from '../../lib/common/clock.js';
import { hasOpenssl, makeCertificate, makePfx } from '../identity/support/certificates.js';
import { errorOf, expectNoSecret, shownOf } from '../identity/support/secrets.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

const SOURCES: CredentialSources = {
  jurisdiction: 'global',
  username: 'punter',
  password: 'canary-password',
  twoFactorCode: undefined,
  certificate: undefined,
  applicationKey: 'canary-key',
  requestTimeout: 5_000,
};

afterEach(closeAccounts);

async function fingerprintOf(changed: Partial<CredentialSources> = {}): Promise<string> {
  const credentials = new CredentialProvider({ ...SOURCES, ...changed }, systemClock);
  const { fingerprint } = await credentials.current();
  return fingerprint;
}

describe('the fingerprint of credentials, by which a refusal is remembered', () => {
  it('is the same for the same, however they are given', async () => {
    const fingerprint = await fingerprintOf();
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(await fingerprintOf()).toBe(fingerprint);
    expect(await fingerprintOf({ password: async () => 'canary-password' })).toBe(fingerprint);
    expectNoSecret(fingerprint, ['canary', 'punter']);
  });

  it('is another for another account, password, key or certificate', async () => {
    const [certificate, another] = [await makeCertificate(), await makeCertificate()];
    const fingerprints = [
      await fingerprintOf(),
      await fingerprintOf({ username: 'another' }),
      await fingerprintOf({ password: 'another' }),
      await fingerprintOf({ username: 'punter","canary', password: 'password' }),
      await fingerprintOf({ applicationKey: 'another' }),
      await fingerprintOf({ certificate }),
      await fingerprintOf({ certificate: another }),
    ];
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
  });
});

(hasOpenssl ? describe : describe.skip)('the fingerprint of credentials with a PFX', () => {
  const PASSPHRASE = 'canary-passphrase';
  const text = JSON.stringify(['global', 'punter', 'canary-password']);
  const under = (key: Buffer | string) => createHmac('sha256', key).update(text).digest('hex');
  let pfx: Buffer;

  beforeAll(async () => {
    pfx = makePfx(await makeCertificate(), PASSPHRASE);
  });

  it('cannot be told from a guessed password with the file alone', async () => {
    const fingerprint = await fingerprintOf({ certificate: { pfx, passphrase: PASSPHRASE } });
    expect(await fingerprintOf({ certificate: { pfx, passphrase: PASSPHRASE } })).toBe(fingerprint);
    const hash = createHash('sha256').update(pfx).digest();
    for (const key of [pfx, hash, hash.toString('hex'), PASSPHRASE]) {
      expect(under(key)).not.toBe(fingerprint);
    }
    const both = createHash('sha256').update(hash).update(PASSPHRASE).digest();
    expect(under(both)).toBe(fingerprint);
  });

  it('is another for another file', async () => {
    const another = makePfx(await makeCertificate(), PASSPHRASE);
    expect(await fingerprintOf({ certificate: { pfx: another, passphrase: PASSPHRASE } })).not.toBe(
      await fingerprintOf({ certificate: { pfx, passphrase: PASSPHRASE } }),
    );
  });
});

/** All that a failing function may show of itself, by the option that it is. */
async function failing(
  option: 'password' | 'twoFactorCode',
  source: () => string | Promise<string>,
): Promise<{ error: unknown; shown: string; attempts: number }> {
  const { simulator, start, storage, key } = await createAccount({
    accounts: [{ twoFactorCode: '471108' }],
  });
  const { logger, sessions } = await start({
    login: 'interactive',
    certificate: undefined,
    twoFactorCode: () => '471108',
    [option]: source,
  });
  const events: SessionEvent[] = [];
  sessions.events$.subscribe((event) => events.push(event));
  const error = await errorOf(sessions.getSession());
  const stored = await storage.inner.read(`${key}.lease`);
  const shown = shownOf([error, events, logger.lines, stored, sessions.status]);
  return { error, shown, attempts: simulator.counts.loginAttempts };
}

const CANARY = 'canary-text';

function quoting(properties: object = {}): Error {
  return Object.assign(new Error(`cannot use ${CANARY}`), properties);
}

/** What a function throws, and what is kept of it. */
const THROWN: Readonly<Record<string, readonly [thrown: () => unknown, kept: object]>> = {
  'the error of a secret manager': [
    () => quoting({ name: 'AccessDeniedException', code: 'AccessDenied', statusCode: 400 }),
    { name: 'AccessDeniedException', code: 'AccessDenied', status: 400 },
  ],
  'an error of the file system that quotes the secret': [
    () => {
      try {
        return readFileSync(`/nowhere/${CANARY}`);
      } catch (error) {
        return error;
      }
    },
    { name: 'Error', code: 'ENOENT', message: 'ENOENT' },
  ],
  'an error with the code of a connection': [
    () => quoting({ code: 'ECONNREFUSED' }),
    { code: 'ECONNREFUSED', message: 'ECONNREFUSED' },
  ],
  'an error that is named like the secret': [() => quoting({ name: CANARY }), { name: 'Error' }],
  'an error whose code is the secret': [() => quoting({ code: CANARY }), { message: 'Error' }],
  'a text': [() => CANARY, { message: 'Error' }],
  'an object': [() => ({ message: CANARY, [CANARY]: CANARY }), { message: 'Error' }],
  'errors in an aggregate': [
    () => new AggregateError([quoting()], CANARY, { cause: quoting() }),
    { message: 'AggregateError' },
  ],
  'an error with getters that throw': [
    () =>
      Object.defineProperty(new Error(), 'code', {
        get: () => {
          throw quoting();
        },
      }),
    { message: 'Error' },
  ],
  'a Proxy that throws whatever is asked of it': [
    () =>
      new Proxy(quoting(), {
        get: () => {
          throw quoting();
        },
        getPrototypeOf: () => {
          throw quoting();
        },
      }),
    { message: 'Error' },
  ],
  'an error of this package that it made itself': [
    () => new BetfairIdentityUnavailableError(CANARY, { cause: quoting() }),
    { name: 'BetfairIdentityUnavailableError', code: 'BETFAIR_IDENTITY_UNAVAILABLE' },
  ],
  'a refusal that it made itself': [
    () => new BetfairLoginRejectedError(CANARY, CANARY),
    { name: 'BetfairLoginRejectedError', code: 'BETFAIR_LOGIN_REJECTED' },
  ],
  'a fault of a configuration': [
    () => new BetfairConfigurationError(CANARY),
    { name: 'BetfairConfigurationError', code: 'BETFAIR_CONFIGURATION' },
  ],
  'a copy of our own time-out': [
    () =>
      new BetfairIdentityUnavailableError(
        `The function of the option "password" gave no answer within 2000 ms. ${CANARY}`,
      ),
    { code: 'BETFAIR_IDENTITY_UNAVAILABLE' },
  ],
};

describe.each(['password', 'twoFactorCode'] as const)('a function for %s', (option) => {
  it.each(Object.entries(THROWN))(
    'that throws %s is told with the kind of its error, and not with its text',
    async (_, [thrown, kept]) => {
      const source = () => {
        if (option === 'password') throw thrown();
        return Promise.reject(thrown());
      };
      const { error, shown, attempts } = await failing(option, source);
      expect(error).toBeInstanceOf(BetfairIdentityUnavailableError);
      expect(error).toMatchObject({
        message: `The function of the option "${option}" failed.`,
        cause: kept,
      });
      expect(shown).not.toContain(CANARY);
      expect(attempts).toBe(0);
    },
  );

  it('that calls the service of another account does not pass its error on', async () => {
    const other = await createAccount();
    const { sessions } = await other.start({
      password: () => Promise.reject(quoting({ code: 'ENOENT' })),
    });
    const { error, shown } = await failing(option, async () => (await sessions.getSession()).token);
    expect(error).toMatchObject({
      message: `The function of the option "${option}" failed.`,
      cause: { message: 'BETFAIR_IDENTITY_UNAVAILABLE' },
    });
    expect(shown).not.toContain(CANARY);
  });

  it('that does not answer is told with the time that it had', async () => {
    const clock = new VirtualClock();
    clock.hanging = 1;
    const sources = { ...SOURCES, [option]: () => new Promise<string>(() => undefined) };
    const credentials = new CredentialProvider(sources, clock);
    const asking =
      option === 'password'
        ? credentials.current()
        : credentials.secretsToSend(await credentials.current());
    const error = await clock.until(errorOf(asking));
    expect(error).toBeInstanceOf(BetfairIdentityUnavailableError);
    expect(error).toMatchObject({
      message: `The function of the option "${option}" gave no answer within 5000 ms.`,
    });
  });

  it('that is given up ends with the reason of its caller', async () => {
    const ending = new AbortController();
    const closed = { code: 'BETFAIR_CLOSED', retryable: false } as const;
    const reason = new BetfairSessionError('The application is closing.', closed);
    const source = () => {
      ending.abort(reason);
      return new Promise<string>((_, reject) => setImmediate(reject, quoting()));
    };
    const credentials = new CredentialProvider({ ...SOURCES, [option]: source }, systemClock);
    const asking =
      option === 'password'
        ? credentials.current(ending.signal)
        : credentials.secretsToSend(await credentials.current(), ending.signal);
    expect(await errorOf(asking)).toBe(reason);
  });
});
