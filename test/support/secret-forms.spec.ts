import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { encrypt } from '../identity/support/certificates.js';
import { createSessions } from './application.js';
import { refuseSecrets, secretKindsIn } from './secret-forms.mjs';

/** As programs print a text: as it is, in JSON and in a URL. */
const WAYS = [String, JSON.stringify, encodeURIComponent];

it('finds every secret of an account of a simulator, and of the URL of a store', async () => {
  await using simulator = await BetfairSimulator.start();
  const options = simulator.options();
  const { sessions, close } = await createSessions({ ...options, storage: 'mem://' });
  const { token } = await sessions.getSession();
  await close();
  const { password, applicationKey, certificate } = options;
  for (const [kind, secret] of [
    ['password', password],
    ['application key', applicationKey],
    ['token', token],
  ] as const) {
    for (const write of WAYS) expect(secretKindsIn(`was ${write(secret)}.`)).toEqual([kind]);
  }
  for (const key of [certificate.key, encrypt(certificate.key, 'passphrase')]) {
    for (const line of key.trim().split('\n').slice(0, -2)) {
      expect(secretKindsIn(line)).toContain('private key');
    }
  }
  for (const url of ['redis://:pw@host', 'postgres://user:pw@host/database']) {
    expect(secretKindsIn(`Could not open ${url}.`)).toEqual(["password in a store's URL"]);
  }
});

it('finds none in what a benchmark prints', () => {
  const printed =
    '  Time of `getSession()`: 0.3 µs (0.2–0.4) (20 rounds); target ≤ 1 µs, met\nhttps://127.0.0.1:4711/a:b@c redis://host:6379/0';
  expect(secretKindsIn(printed)).toEqual([]);
  expect(() => refuseSecrets(printed, 'It')).not.toThrow();
});

it('refuses a text with a secret, and does not quote it', () => {
  expect(() => refuseSecrets('redis://:planted@host', 'The benchmark "login"')).toThrow(
    /^The benchmark "login" shows a secret: password in a store's URL\.(?!.*planted)/,
  );
});
