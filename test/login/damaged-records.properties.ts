import * as fc from 'fast-check';
import { BetfairSessionError, MemoryStorage } from 'nestjs-betfair-session';
import { systemClock } from '../../lib/common/clock.js';
import { hasFormOfCode } from '../../lib/identity/login-codes.js';
import { findRecordedObstacle } from '../../lib/login/guard/recorded.obstacle.js';
import { formatLoginRecord, parseLoginRecord } from '../../lib/login/lease/lease.record.js';
import { formsOf, PLANTED, searchFor, shownOfError } from '../support/planted.js';
import { createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

const SECRETS = [PLANTED.password, PLANTED.applicationKey];
const secretsIn = searchFor(SECRETS);
const MINUTE_MS = 60_000;

const text = fc.oneof(
  fc.constantFrom(...SECRETS.flatMap(formsOf)),
  fc.constantFrom('ACCOUNT_NOW_LOCKED', 'BETTING_RESTRICTED_LOCATION', 'mine', '__proto__'),
  fc.string({ maxLength: 12 }),
);
/** `1e999` is in JSON what no number of JavaScript is. */
const HUGE = 'huge';
const number = fc.oneof(
  fc.double(),
  fc.integer({ min: -1, max: 5 }),
  fc
    .tuple(fc.constantFrom(Date.now(), Date.UTC(2026, 0, 1)), fc.integer({ min: -90, max: 90 }))
    .map(([now, minutes]) => now + minutes * MINUTE_MS),
  fc.constantFrom<unknown>(8.64e15, 8.65e15, -1e300, 2 ** 53, HUGE),
);
const anything = fc.oneof(text, number, fc.jsonValue({ maxDepth: 2 }));
const mostly = <T>(values: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: values, weight: 4 }, { arbitrary: anything, weight: 1 });
const row = fc.record({ times: mostly(number), until: mostly(number) });
const fields = fc.record(
  {
    account: fc.oneof(text, fc.constant(null)),
    holder: mostly(fc.record({ id: mostly(text), duration: mostly(number), since: number })),
    tested: anything,
    refusals: mostly(fc.dictionary(text, mostly(text), { maxKeys: 4 })),
    epoch: mostly(number),
    refusedInARow: mostly(number),
    places: mostly(fc.dictionary(text, fc.record({ code: text, until: number }), { maxKeys: 3 })),
    staleCodes: mostly(row),
    lostLogins: mostly(row),
    ban: mostly(number),
  },
  { requiredKeys: [] },
);
const recordText = fc.oneof(
  {
    arbitrary: fields.map((one) => JSON.stringify(one).replaceAll(`"${HUGE}"`, '1e999')),
    weight: 8,
  },
  { arbitrary: fc.json({ maxDepth: 2 }), weight: 1 },
  { arbitrary: text, weight: 1 },
);
/** A shorter one would be found by chance in what is logged. */
const token = fc.oneof(
  fc.constantFrom(...SECRETS.flatMap(formsOf)),
  fc.string({ minLength: 40, maxLength: 44 }),
  fc.string({ minLength: 20, unit: fc.constantFrom('a', 'é', ' ', '\n', '\0') }),
);

interface Runs {
  readonly parsed: number;
  readonly started: number;
}

/** What no text in the place of a login record or of a token can do. */
export function describeDamagedRecords({ parsed, started }: Runs): void {
  it(`no text (${parsed}) makes a record that cannot be used, or written again`, () => {
    fc.assert(
      fc.property(recordText, (stored) => {
        const read = parseLoginRecord(stored);
        expect(parseLoginRecord(formatLoginRecord(read))).toEqual(read);
        const codes = [
          ...Object.values(read.refusals),
          ...Object.values(read.places).map((one) => one.code),
        ];
        expect(codes.filter((code) => !hasFormOfCode(code))).toEqual([]);
        for (const fingerprint of ['mine', '']) {
          const found = findRecordedObstacle(read, fingerprint, systemClock, 'x.lease');
          expect(secretsIn(shownOfError(found))).toEqual([]);
        }
      }),
      { numRuns: parsed },
    );
  });

  it(`no stored texts (${started}) make a start fail in another way, or send what is no token`, async () => {
    const clock = new VirtualClock();
    const { simulator, start, key } = await createAccount({ clock });
    const lease = `${key}.lease`;
    let served = 0;
    await fc.assert(
      fc.asyncProperty(recordText, token, async (record, stored) => {
        const storage = new MemoryStorage();
        await storage.write(lease, record, { ifAbsent: true });
        await storage.write(key, stored, { ifAbsent: true });
        clock.jump(MINUTE_MS);
        const application = await start({ storage }, clock);
        const outcome: unknown = await clock
          .until(application.sessions.getSession())
          .catch((error: unknown) => error);
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(BetfairSessionError);
          expect(secretsIn(shownOfError(outcome))).toEqual([]);
        } else served += 1;
        expect(secretsIn(JSON.stringify(application.logger.lines))).toEqual([]);
        await clock.until(application.close());
        // Its holder may be one that the text names.
        const left = await storage.read(lease);
        if (left) await storage.delete(lease, { ifVersion: left.version });
      }),
      { numRuns: started },
    );
    expect(served).toBeGreaterThan(0);
    const sent = simulator.requests.map(({ headers }) => headers['x-authentication'] ?? 'none');
    expect(sent.filter((one) => !/^[\x21-\x7e]+$/.test(one))).toEqual([]);
    expect(simulator.banned()).toBe(false);
  }, 180_000);
}
