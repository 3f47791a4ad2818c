import * as fc from 'fast-check';
import { BetfairSessionError } from 'nestjs-betfair-session';
import {
  parseKeepAliveReply,
  parseLoginReply,
  parseLogoutReply,
} from '../../lib/identity/identity-reply.js';
import { formsOf, PLANTED, searchFor, shownOfError } from '../support/planted.js';

const TOKEN = 'Planted+Token/0123456789abcdefghijklmnopqrs=';
/** None of them has letters that are in a documented code. */
const SECRETS = [PLANTED.password, PLANTED.twoFactorCode, PLANTED.applicationKey, TOKEN];

const secretsIn = searchFor(SECRETS);

/** A text without what no code has, so that a secret is found however a code spells it. */
const lettersOf = (all: string) => all.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');

const echo = fc.constantFrom(...SECRETS).chain((secret) => fc.constantFrom(...formsOf(secret)));
/** A secret in the form of a code. */
const code = fc
  .tuple(
    fc.constantFrom('', 'INVALID_', 'X'),
    fc.constantFrom(...SECRETS),
    fc.constantFrom('', '_'),
  )
  .map(([before, secret, between]) => before + Array.from(lettersOf(secret)).join(between));
const said = fc.oneof(
  code,
  fc.tuple(fc.constantFrom('', 'INVALID_', 'error: '), echo).map((parts) => parts.join('')),
  fc.constantFrom('SUCCESS', 'FAIL', 'LIMITED_ACCESS', 'NO_SESSION', 'SUSPENDED', 'INTERNAL_ERROR'),
  fc.string({ maxLength: 30 }),
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: said, weight: 5 },
  { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 1 },
);
const fields = fc.record(
  {
    status: value,
    loginStatus: value,
    sessionToken: value,
    token: value,
    product: value,
    error: value,
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  { arbitrary: fields.map((one) => JSON.stringify(one)), weight: 6 },
  { arbitrary: fc.json({ maxDepth: 3 }), weight: 1 },
  { arbitrary: said, weight: 1 },
  {
    arbitrary: fc.tuple(fields, fc.nat(40)).map(([one, n]) => JSON.stringify(one).slice(0, n)),
    weight: 1,
  },
);
const response = fc.record({
  status: fc.oneof(
    { arbitrary: fc.constant(200), weight: 4 },
    { arbitrary: fc.integer({ min: 100, max: 599 }), weight: 1 },
  ),
  contentType: fc.oneof(fc.constantFrom('application/json', 'text/html', ''), said),
  isCompressed: fc.boolean(),
  body,
  secrets: fc.constant(SECRETS),
});

const PARSERS = {
  login: parseLoginReply,
  keepAlive: parseKeepAliveReply,
  logout: parseLogoutReply,
};

function expectHidden(shown: string): void {
  expect(secretsIn(shown)).toEqual([]);
  const letters = lettersOf(shown);
  expect(SECRETS.filter((secret) => letters.includes(lettersOf(secret)))).toEqual([]);
}

/** What no reply of a server in the place of the identity service can do. */
export function describeHostileReplies(numRuns: number): void {
  describe.each(Object.entries(PARSERS))(`no reply to %s (${numRuns})`, (_, parse) => {
    it('throws, or shows a secret that it repeats', () => {
      fc.assert(
        fc.property(response, (answer) => {
          const reply = parse(answer);
          if (reply.type === 'loggedIn') return expect(SECRETS).not.toContain(reply.token);
          if (reply.type !== 'unclear') return expectHidden(JSON.stringify(reply));
          expect(reply.error).toBeInstanceOf(BetfairSessionError);
          expectHidden(shownOfError(reply.error));
        }),
        { numRuns },
      );
    });
  });
}
