import * as fc from 'fast-check';
import { BetfairConfigurationError } from 'nestjs-betfair-session';
import { createStorage, findStorageFault } from '../../lib/storage/storage.factory.js';
import { formsOf, PLANTED, searchFor, shownOfError } from '../support/planted.js';

const SECRET = PLANTED.storePassword;
const secretsIn = searchFor([SECRET]);

/** What separates the parts of a URL, or is cut off by a shell, a file of variables or a parser. */
const SPECIAL = [
  '@',
  ':',
  '/',
  '?',
  '#',
  '%',
  '%2',
  '&',
  '=',
  '+',
  ';',
  '\\',
  ' ',
  '\t',
  '"',
  '//',
  '',
];

/** The password as people write it into a URL: escaped or not, between characters that have a meaning there. */
const password = fc.oneof(
  fc.constantFrom(...formsOf(SECRET)),
  fc
    .tuple(fc.constantFrom(...SPECIAL), fc.string({ maxLength: 3 }), fc.constantFrom(...SPECIAL))
    .map(([before, some, after]) => before + some + SECRET + after),
);
const escaped = fc.string({ maxLength: 8 }).map((text) => encodeURIComponent(text + SECRET));

/** URLs that name a store of each kind that has a password. */
const wholeUrl = fc
  .tuple(
    fc.constantFrom('redis', 'rediss', 'postgres', 'postgresql', 'REDIS'),
    fc.constantFrom('', 'bot'),
    fc.oneof({ arbitrary: escaped, weight: 3 }, { arbitrary: password, weight: 1 }),
    fc.constantFrom('host', 'HOST:7000', '[::1]', '127.0.0.1:5432'),
    fc.constantFrom('/0', '/7'),
    fc.constantFrom('', '?prefix=a/'),
  )
  .map(
    ([scheme, user, secret, host, ...rest]) =>
      `${scheme}://${user}:${secret}@${host}${rest.join('')}`,
  );

const SCHEMES = [
  'redis:',
  'rediss:',
  'postgres:',
  's3:',
  'azblob:',
  'gs:',
  'mem:',
  'http:',
  'redis',
  '',
];
const QUERIES = [
  'password',
  'sas',
  'AccountKey',
  'token',
  'sslmode',
  'profile',
  'endpoint',
  'domain',
];

/** Parts of URLs in any order, with the password in one of them. */
const brokenUrl = fc
  .tuple(
    fc.constantFrom(...SCHEMES),
    fc.constantFrom('//', '/', ''),
    fc.oneof(
      fc
        .tuple(fc.constantFrom('', 'bot', 'AKIA'), password)
        .map(([user, one]) => `${user}:${one}@`),
      fc.constant(''),
    ),
    fc.constantFrom('host', 'host:0', 'a,b', '[::1', '', 'Bucket_1'),
    fc.constantFrom('', '/', '/0', '/1/2', '/%', '/data/session'),
    fc.oneof(
      fc.constantFrom('', '?x', '?prefix=a&prefix=b'),
      fc.tuple(fc.constantFrom(...QUERIES), password).map(([name, one]) => `?${name}=${one}`),
      password.map((one) => `?${one}`),
    ),
  )
  .map((parts) => parts.join(''));

/** The password alone, as far as it does not look like a path, which is quoted. */
const passwordOnly = password.filter((text) => !/^\.{0,2}[\\/]/.test(text));

/** What no URL of a store can do. */
export function describeStorageUrls(numRuns: number): void {
  const fault = 'fails with anything but a fault of the configuration, or shows its password';
  const holds = (urls: fc.Arbitrary<string>, leastCreated: number) => () => {
    let created = 0;
    fc.assert(
      fc.property(urls, (url) => {
        const ignored: string[] = [];
        try {
          const { location = '' } = createStorage(url, (name) => ignored.push(name));
          created += 1;
          expect(secretsIn(location)).toEqual([]);
        } catch (error) {
          if (!(error instanceof BetfairConfigurationError)) throw error;
          expect(secretsIn(shownOfError(error))).toEqual([]);
          expect(secretsIn(String(findStorageFault(url, 'BETFAIR_STORAGE')))).toEqual([]);
        }
        expect(secretsIn(ignored.join())).toEqual([]);
      }),
      { numRuns },
    );
    expect(created).toBeGreaterThanOrEqual(leastCreated);
    expect(created).toBeLessThan(numRuns);
  };

  describe(`no URL of a store (${numRuns} each) ${fault}`, () => {
    it('that is whole', holds(wholeUrl, numRuns / 4));
    it('that is broken', holds(brokenUrl, 0));
    it('of which only the password is left', holds(passwordOnly, 0));
  });
}
