import { createHash } from 'node:crypto';
import os from 'node:os';
import type { Clock } from '../../common/clock.js';
import type { RefusalKind } from '../../identity/identity-reply.js';
import {
  inNextEpoch,
  laterRow,
  withoutThese,
  withPlace,
  withRefusal,
} from '../lease/record.facts.js';
import type { News } from '../lease/login.lease.js';
import { type LoginFacts, type LoginRow, NOTHING_KNOWN } from '../lease/lease.record.js';
import { RecordedEnd } from './recorded.end.js';

const MINUTE_MS = 60_000;
/** Duration of Betfair's temporary ban, counted from the refusal that reports it. */
export const BAN_MS = 20 * MINUTE_MS;
/** Longest ban that is believed if another process recorded it. */
const LONGEST_BAN_MS = 25 * MINUTE_MS;
/** Wait of a host after a refusal because of its location. */
const LOCATION_REFUSAL_MS = 15 * MINUTE_MS;
const TWO_FACTOR_CODE_MS = 30_000;
/** Lost logins in a row before the next login has to wait. */
const FREE_LOST_LOGINS = 3;
const LONGEST_LOST_LOGIN_WAIT_MS = 3 * MINUTE_MS;
/** Refused two-factor codes, or credentials, in a row after which a person must act. */
export const MAX_REFUSALS_IN_A_ROW = 3;

interface Pending {
  /** Must give the same result if it is applied twice. */
  readonly change: (facts: LoginFacts) => LoginFacts;
  /** Epoch of the record at that time. */
  readonly epoch: number;
}

/** Keeps the facts that speak against a login: those of the record, and those that are not in it yet. */
export class LoginKnowledge {
  readonly ban: RecordedEnd;
  readonly staleCode: RecordedEnd;
  readonly lostLogins: RecordedEnd;
  readonly #placeEnd: RecordedEnd;
  /** Identifies this host in the record. */
  readonly #host = createHash('sha256').update(os.hostname()).digest('hex').slice(0, 16);
  #facts: LoginFacts = NOTHING_KNOWN;
  /** Change that is not in the record yet. */
  #pending: Pending | undefined;

  constructor(private readonly clock: Clock) {
    this.ban = new RecordedEnd(clock, LONGEST_BAN_MS);
    this.staleCode = new RecordedEnd(clock, TWO_FACTOR_CODE_MS);
    this.lostLogins = new RecordedEnd(clock, LONGEST_LOST_LOGIN_WAIT_MS);
    this.#placeEnd = new RecordedEnd(clock, LOCATION_REFUSAL_MS);
  }

  get facts(): LoginFacts {
    return this.#facts;
  }

  /** Refusal of this host's location, with the milliseconds until it ends. */
  get place(): { readonly code: string; readonly left: number } | undefined {
    const { left } = this.#placeEnd;
    const place = this.#facts.places[this.#host];
    return place && left > 0 ? { code: place.code, left } : undefined;
  }

  /**
   * Takes over the facts of the record. Facts that it no longer holds were lifted by a person, by time or by a login.
   */
  learn(record: LoginFacts): void {
    // A process has logged in since, or a person has lifted the refusals.
    if (this.#pending && this.#pending.epoch !== record.epoch) this.forgetNews();
    const facts = this.#pending?.change(record) ?? record;
    this.#facts = facts;
    this.ban.learn(facts.ban);
    this.staleCode.learn(facts.staleCodes?.until ?? null);
    this.lostLogins.learn(endOfWait(facts));
    this.#placeEnd.learn(facts.places[this.#host]?.until ?? null);
  }

  noteBan(): void {
    const ban = this.ban.begin(BAN_MS);
    this.#noteAnswer((facts) => ({ ...facts, ban: Math.max(ban, facts.ban ?? 0) }));
  }

  /**
   * Notes a login that may have reached Betfair and got no answer. If the password is wrong, each of them brings the
   * account closer to a lock, so they are counted in the record, which survives a restart.
   */
  noteLostLogin(): void {
    const times = (this.#facts.lostLogins?.times ?? 0) + 1;
    const doublings = times - FREE_LOST_LOGINS;
    const doubled = Math.min(MINUTE_MS * 2 ** doublings, LONGEST_LOST_LOGIN_WAIT_MS);
    const wait = doublings < 0 ? 0 : doubled;
    const until = this.lostLogins.begin(wait);
    const row = { times, until };
    this.#note((facts) => ({ ...facts, lostLogins: laterRow(row, facts.lostLogins) }));
  }

  noteRefusal(code: string, kind: RefusalKind, fingerprint: string): void {
    if (kind === 'place') {
      const until = this.#placeEnd.begin(LOCATION_REFUSAL_MS);
      this.#noteAnswer((facts) => withPlace(facts, this.#host, { code, until }, this.clock.wall()));
      return;
    }
    const times = (this.#facts.staleCodes?.times ?? 0) + 1;
    if (kind === 'strongCode' && times < MAX_REFUSALS_IN_A_ROW) {
      const row = { times, until: this.staleCode.begin(TWO_FACTOR_CODE_MS) };
      this.#noteAnswer((facts) => ({ ...facts, staleCodes: laterRow(row, facts.staleCodes) }));
      return;
    }
    this.#noteAnswer((facts) => withRefusal(facts, fingerprint, code));
  }

  /** Notes that a login from here with these credentials succeeded. */
  noteLogin(fingerprint: string): void {
    const before = this.#pending;
    const disprove = (facts: LoginFacts) => withoutThese(facts, fingerprint, this.#host);
    this.#pending = before && { ...before, change: (facts) => disprove(before.change(facts)) };
    this.learn(disprove(this.#facts));
  }

  /** Returns the facts of the record after such a login. */
  afterLogin(facts: LoginFacts, fingerprint: string): LoginFacts {
    return inNextEpoch(withoutThese(facts, fingerprint, this.#host));
  }

  /** Facts against a login that are not in the record yet. */
  get news(): News | undefined {
    const pending = this.#pending;
    if (pending === undefined) return undefined;
    return {
      addTo: (record) =>
        record.epoch === pending.epoch ? { ...record, ...pending.change(record) } : record,
      shared: (record) => {
        if (this.#pending === pending) this.forgetNews();
        this.learn(record);
      },
    };
  }

  /** Gives up writing these facts into the record: there is none, or they no longer hold. */
  forgetNews(): void {
    this.#pending = undefined;
  }

  /** Notes an answer of Betfair, which ends a row of lost logins. */
  #noteAnswer(change: (facts: LoginFacts) => LoginFacts): void {
    const ended = this.#facts.lostLogins;
    this.#note((facts) => ({
      ...change(facts),
      lostLogins: isSameRow(facts.lostLogins, ended) ? null : facts.lostLogins,
    }));
  }

  #note(change: (facts: LoginFacts) => LoginFacts): void {
    const before = this.#pending?.change;
    const { epoch } = this.#facts;
    this.#pending = { change: before ? (facts) => change(before(facts)) : change, epoch };
    this.learn(this.#facts);
  }
}

function isSameRow(row: LoginRow | null, other: LoginRow | null): boolean {
  return row?.times === other?.times && row?.until === other?.until;
}

/** Returns the end of the wait after lost logins; the first ones cause none, even if the writer's clock is wrong. */
function endOfWait({ lostLogins }: LoginFacts): number | null {
  return lostLogins && lostLogins.times >= FREE_LOST_LOGINS ? lostLogins.until : null;
}
