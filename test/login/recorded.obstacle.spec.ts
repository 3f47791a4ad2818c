import { systemClock } from '../../lib/common/clock.js';
import { BetfairLoginBlockedError, BetfairLoginRejectedError } from '../../lib/errors/index.js';
import { findRecordedObstacle } from '../../lib/login/guard/recorded.obstacle.js';
import { NOTHING_KNOWN } from '../../lib/login/lease/lease.record.js';
import { withRefusal } from '../../lib/login/lease/record.facts.js';

const MINUTE_MS = 60_000;

const find = (facts: Partial<typeof NOTHING_KNOWN>, fingerprint = 'mine') =>
  findRecordedObstacle({ ...NOTHING_KNOWN, ...facts }, fingerprint, systemClock, '"x.lease"');

describe('findRecordedObstacle', () => {
  it('finds nothing in an empty record', () => {
    expect(find({})).toBeUndefined();
  });

  it('finds a refusal of these credentials, and not of others', () => {
    const facts = withRefusal(NOTHING_KNOWN, 'mine', 'ACCOUNT_NOW_LOCKED');
    const found = find(facts);
    expect(found).toBeInstanceOf(BetfairLoginRejectedError);
    expect(found?.message).toContain('or delete "x.lease" from the store');
    expect(find(facts, 'other')).toBeUndefined();
  });

  it('finds a ban until its end', () => {
    const until = Date.now() + 10 * MINUTE_MS;
    const found = find({ ban: until });
    expect(found).toBeInstanceOf(BetfairLoginBlockedError);
    expect(find({ ban: Date.now() - MINUTE_MS })).toBeUndefined();
  });

  it('finds the wait after logins without an answer', () => {
    const lostLogins = { times: 3, until: Date.now() + MINUTE_MS };
    expect(find({ lostLogins })).toBeInstanceOf(BetfairLoginBlockedError);
    expect(find({ lostLogins: { ...lostLogins, times: 1 } })).toBeUndefined();
  });
});
