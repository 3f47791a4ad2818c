import { BetfairIdentityUnavailableError } from 'nestjs-betfair-session';
import { CredentialProvider, type CredentialSources } from '../../lib/login/login.credentials.js';
import { systemClock } from '../../lib/common/clock.js';
import { makeCertificate } from '../identity/support/certificates.js';
import { expectNoSecret } from '../identity/support/secrets.js';

const SOURCES: CredentialSources = {
  jurisdiction: 'global',
  username: 'punter',
  password: 'canary-password',
  twoFactorCode: undefined,
  certificate: undefined,
  applicationKey: 'canary-key',
  requestTimeout: 5_000,
};

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

describe('a password function that fails', () => {
  it('is told with the kind of its error, and not with its text', async () => {
    const denied = Object.assign(new Error('canary-text'), { code: 'AccessDenied' });
    const asking = fingerprintOf({ password: () => Promise.reject(denied) });
    const failure: unknown = await asking.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BetfairIdentityUnavailableError);
    expect(failure).toMatchObject({
      message: 'The function of the option "password" failed.',
      cause: { code: 'AccessDenied' },
    });
    expectNoSecret(failure, ['canary-text']);
  });
});
