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

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Betfair's temporary ban, from the refusal that reports it. */
export const BAN_MS = 20 * MINUTE;
/** Longest time for which a ban that another process reports is believed. */
const LONGEST_BAN_MS = 25 * MINUTE;
/** Time for which a refusal of the place binds the host that got it. */
const PLACE_MS = 15 * MINUTE;
/** A two-factor code is the same for that long. */
const CODE_MS = 30 * SECOND;
/** Logins in a row that may be lost before the next one waits. */
const FREE_LOST_LOGINS = 3;
/** Longest time for which lost logins hold back the next one. */
const LONGEST_WAIT_MS = 3 * MINUTE;
/** Refused two-factor codes, or credentials, in a row after which a person must look. */
export const MOST_REFUSALS_IN_A_ROW = 3;

interface Pending {
  /** It may be made twice. */
  readonly change: (facts: LoginFacts) => LoginFacts;
  /** The record's at that time. */
  readonly epoch: number;
}

/** Knows what speaks against a login: the facts of the record, and those that it does not hold yet. */
export class LoginKnowledge {
  readonly ban: RecordedEnd;
  readonly staleCode: RecordedEnd;
  readonly lostLogins: RecordedEnd;
  readonly #placeEnd: RecordedEnd;
  /** This host, in the record. */
  readonly #host = createHash('sha256').update(os.hostname()).digest('hex').slice(0, 16);
  #facts: LoginFacts = NOTHING_KNOWN;
  /** A change that the record does not hold yet. */
  #pending: Pending | undefined;

  constructor(private readonly clock: Clock) {
    this.ban = new RecordedEnd(clock, LONGEST_BAN_MS);
    this.staleCode = new RecordedEnd(clock, CODE_MS);
    this.lostLogins = new RecordedEnd(clock, LONGEST_WAIT_MS);
    this.#placeEnd = new RecordedEnd(clock, PLACE_MS);
  }

  get facts(): LoginFacts {
    return this.#facts;
  }

  /** The refusal of this host, with the milliseconds that are left of it. */
  get place(): { readonly code: string; readonly left: number } | undefined {
    const { left } = this.#placeEnd;
    const place = this.#facts.places[this.#host];
    return place && left > 0 ? { code: place.code, left } : undefined;
  }

  /** Takes over what the record says. What it says no more was lifted, by a person, by time or by a login. */
  learn(record: LoginFacts): void {
    // Somebody has logged in since, or a person has lifted what was known.
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
   * Notes that a login may have reached Betfair and nobody knows its outcome. If the password is wrong, each of them
   * brings the account nearer to a lock, and a restart forgets all but the record.
   */
  noteLostLogin(): void {
    const times = (this.#facts.lostLogins?.times ?? 0) + 1;
    const doublings = times - FREE_LOST_LOGINS;
    const wait = doublings < 0 ? 0 : Math.min(MINUTE * 2 ** doublings, LONGEST_WAIT_MS);
    const until = this.lostLogins.begin(wait);
    const row = { times, until };
    this.#note((facts) => ({ ...facts, lostLogins: laterRow(row, facts.lostLogins) }));
  }

  noteRefusal(code: string, kind: RefusalKind, fingerprint: string): void {
    if (kind === 'place') {
      const until = this.#placeEnd.begin(PLACE_MS);
      this.#noteAnswer((facts) => withPlace(facts, this.#host, { code, until }, this.clock.wall()));
      return;
    }
    const times = (this.#facts.staleCodes?.times ?? 0) + 1;
    if (kind === 'strongCode' && times < MOST_REFUSALS_IN_A_ROW) {
      const row = { times, until: this.staleCode.begin(CODE_MS) };
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

  /** The facts of the record after such a login. */
  afterLogin(facts: LoginFacts, fingerprint: string): LoginFacts {
    return inNextEpoch(withoutThese(facts, fingerprint, this.#host));
  }

  /** Something against a login that the record does not say yet. */
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

  /** Keeps to itself what the record does not say: there is none, or a person lifts it. */
  forgetNews(): void {
    this.#pending = undefined;
  }

  /** Notes what Betfair answered, so that the login was not lost. */
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

/** Earlier lost logins cost no wait, wherever the clock of the process stands that counted them. */
function endOfWait({ lostLogins }: LoginFacts): number | null {
  return lostLogins && lostLogins.times >= FREE_LOST_LOGINS ? lostLogins.until : null;
}
