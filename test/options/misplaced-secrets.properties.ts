import * as fc from 'fast-check';
import { BetfairConfigurationError, betfairSessionOptionsFromEnv } from 'nestjs-betfair-session';
import { checkClientCertificateNow } from '../../lib/identity/certificate/client-certificate.js';
import type { ClientCertificate } from '../../lib/identity/certificate/certificate.options.js';
import { words } from '../calls/answers.arbitraries.js';
import { encrypt, makeCertificate } from '../identity/support/certificates.js';
import { formsOf, PLANTED, searchFor, shownOfError } from '../support/planted.js';

const TEXTS = words(
  'USERNAME PASSWORD APP_KEY PASSPHRASE LOGIN JURISDICTION PERSISTENCE KEEP_ALIVE CERT KEY PEM PFX STORAGE ENDPOINT_API ENDPOINT_LOGIN ENDPOINT_STREAM PASSWORD_FILE APP_KEY_FILE',
).map((name) => `BETFAIR_${name}`);
/** A text that looks like a path is quoted, so a secret that has a slash or a backslash may be. */
const PATHS = ['CERT', 'KEY', 'PEM', 'PFX', 'CA'].map((name) => `BETFAIR_${name}_FILE`);

const { cert, key } = await makeCertificate();
const encryptedKey = encrypt(key, PLANTED.passphrase);
const keyLines = `${key}\n${encryptedKey}`.split('\n').filter((line) => /^[^-]{40,}$/.test(line));
const secretsIn = searchFor([...Object.values(PLANTED), ...keyLines]);

type Damage = (text: string, at: number) => string;

/** What editors, shells, files of variables and copying make of a text of several lines. */
const damage = fc.constantFrom<Damage>(
  (text) => text.replaceAll('\n', String.raw`\n`),
  (text) => text.replaceAll('\n', String.raw`\\n`),
  (text) => text.replaceAll('\n', ' '),
  (text) => text.replaceAll('\n', ''),
  (text) => text.replaceAll('\n', '\r'),
  (text) => text.replaceAll(/^/gm, '  '),
  (text) => text.replaceAll('-----', '—'),
  (text) => `"${text}"`,
  (text) => `\ufeff${text}`,
  (text) => Buffer.from(text).toString('base64'),
  (text) => text.replaceAll(/-----[^-]+-----|\s/g, ''),
  (text, at) => text.slice(0, at),
  (text, at) => text.slice(at),
  (text, at) => text.slice(0, at) + text.slice(at + 1),
  (text, at) => `${text.slice(0, at)}\0${text.slice(at)}`,
  (text) => text + text,
);
const pem = fc
  .tuple(
    fc.constantFrom(cert, key, encryptedKey, cert + key, key + cert),
    fc.array(fc.tuple(damage, fc.nat(600)), { maxLength: 3 }),
  )
  .map(([text, damages]) => damages.reduce((one, [change, at]) => change(one, at), text));

const word = fc
  .constantFrom(PLANTED.passphrase, PLANTED.applicationKey, PLANTED.twoFactorCode)
  .chain((secret) => fc.constantFrom(secret, `"${secret}"`, ` ${secret}`, `${secret}\n`));
const url = fc
  .constantFrom(
    PLANTED.storePassword,
    encodeURIComponent(PLANTED.storePassword),
    `1/${PLANTED.storePassword}`,
  )
  .chain((one) =>
    fc.constantFrom(
      `redis://bot:${one}@host`,
      `https://bot:${one}@host/`,
      `//bot:${one}@host/x.pem`,
      `s3://a?secret=${one}`,
    ),
  );
const plain = fc.constantFrom(
  'interactive',
  'true',
  '60000',
  'italy',
  'mem://',
  'punter',
  'no/such.key',
  'https://127.0.0.1:1',
);
const path = fc.oneof(word, url, pem, plain);
const text = fc.oneof(
  path,
  fc.constantFrom(...formsOf(PLANTED.password)),
  fc.string({ maxLength: 20 }),
);
const environment = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...TEXTS), text, { maxKeys: 8 }),
    fc.dictionary(fc.constantFrom(...PATHS), path, { maxKeys: 2 }),
  )
  .map(([texts, paths]) => ({ ...texts, ...paths }));

const bytes = fc
  .oneof(pem, text, fc.uint8Array({ maxLength: 300 }))
  .map((content) => Buffer.from(typeof content === 'string' ? Buffer.from(content) : content));
const file = path.map((one) => ({ file: one }));
const source = fc.oneof(text, bytes, file);
const passphrase = fc.oneof(word, fc.constantFrom(undefined, ''));
const certificate: fc.Arbitrary<ClientCertificate> = fc.oneof(
  fc.record({ cert: source, key: source, passphrase }),
  fc.record({ pem: source, passphrase }),
  fc.record({ pfx: fc.oneof(bytes, file), passphrase }),
);

/** What no value of an option or a variable can do, whatever was put into its place. */
export function describeMisplacedSecrets(numRuns: number): void {
  describe(`no secret in the wrong place (${numRuns} each) is shown, or fails in another way`, () => {
    it('of the variables', () => {
      let refused = 0;
      fc.assert(
        fc.property(environment, (env) => {
          try {
            betfairSessionOptionsFromEnv(env);
          } catch (error) {
            if (!(error instanceof BetfairConfigurationError)) throw error;
            refused += 1;
            expect(secretsIn(shownOfError(error))).toEqual([]);
          }
        }),
        { numRuns },
      );
      expect(refused).toBeGreaterThan(numRuns / 2);
    });

    it('of a certificate', () => {
      let refused = 0;
      fc.assert(
        fc.property(certificate, (one) => {
          const { faults } = checkClientCertificateNow(one, new Date());
          refused += Math.min(faults.length, 1);
          expect(secretsIn(faults.join('\n'))).toEqual([]);
        }),
        { numRuns },
      );
      expect(refused).toBeGreaterThan(numRuns / 2);
    });
  });
}
