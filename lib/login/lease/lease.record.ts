import { isCount, isObject, isTime, parseJson } from '../../common/unknown-values.js';
import { randomUUID } from 'node:crypto';
import { hasFormOfCode, UNNAMED_CODE } from '../../identity/login-codes.js';

/** Process that may log in now. */
interface LeaseHolder {
  readonly id: string;
  /** Milliseconds that the lease lasts, on the clock of the process that waits for it. */
  readonly duration: number;
  /** Time of the write by the holder's clock, in milliseconds since the Unix epoch; clocks may differ by hours. */
  readonly since?: number;
}

/** Refusal that ends after a while. */
export interface PassingRefusal {
  /** Betfair's code. */
  readonly code: string;
  /** End in milliseconds since the Unix epoch. */
  readonly until: number;
}

/** Logins in a row with the same outcome. */
export interface LoginRow {
  readonly times: number;
  /** Time from which the next login is allowed, in milliseconds since the Unix epoch. */
  readonly until: number;
}

/** Facts about the logins of one account that its processes share. */
export interface LoginFacts {
  /** Betfair's code by the fingerprint of the refused credentials, the latest last. */
  readonly refusals: Readonly<Record<string, string>>;
  /** Number of successful logins and of times that a person lifted the refusals: facts of an older epoch are void. */
  readonly epoch: number;
  /** Number of different credentials refused since the last successful login. */
  readonly refusedInARow: number;
  /** Refusals because of the location, by host. */
  readonly places: Readonly<Record<string, PassingRefusal>>;
  /** Logins with a refused two-factor code. */
  readonly staleCodes: LoginRow | null;
  /** Logins that may have reached Betfair and got no answer. */
  readonly lostLogins: LoginRow | null;
  /** End of Betfair's temporary ban, in milliseconds since the Unix epoch. */
  readonly ban: number | null;
}

/** Record next to the token, in which the processes of one account share what they know about logins. */
export interface LoginRecord extends LoginFacts {
  /** Hash of jurisdiction and user name, because no reply of Betfair names the account; `null`: no token was stored. */
  readonly account: string | null;
  readonly holder: LeaseHolder | null;
  /** `true` if the store passed the test of conditional writes. */
  readonly tested: boolean;
}

export const NOTHING_KNOWN: LoginFacts = {
  epoch: 0,
  refusals: {},
  refusedInARow: 0,
  places: {},
  staleCodes: null,
  lostLogins: null,
  ban: null,
};

export const EMPTY_RECORD: LoginRecord = {
  account: null,
  holder: null,
  tested: false,
  ...NOTHING_KNOWN,
};

/** Notes in the record that the store passed the test of conditional writes. */
export function markTested(record: LoginRecord): LoginRecord {
  return record.tested ? record : { ...record, tested: true };
}

/** Formats a record. Every text is unique, so that a store that compares content sees every write. */
export function formatLoginRecord(record: LoginRecord): string {
  return `${JSON.stringify({ nonce: randomUUID(), ...record })}\n`;
}

/** Parses a stored text; gives an empty record if it holds none, such as after an edit by hand. */
export function parseLoginRecord(text: string): LoginRecord {
  const fields = fieldsOf(parseJson(text));
  const { account, ban } = fields;
  return {
    account: typeof account === 'string' ? account : null,
    holder: parseHolder(fields['holder']),
    refusals: parseEntries(fields['refusals'], parseCode),
    epoch: parseCount(fields['epoch']),
    refusedInARow: parseCount(fields['refusedInARow']),
    places: parseEntries(fields['places'], parsePassing),
    staleCodes: parseRow(fields['staleCodes']),
    lostLogins: parseRow(fields['lostLogins']),
    ban: isTime(ban) ? ban : null,
    tested: fields['tested'] === true,
  };
}

function parseHolder(value: unknown): LeaseHolder | null {
  const { id, duration, since } = fieldsOf(value);
  return typeof id === 'string' && isTime(duration) && duration > 0
    ? { id, duration, ...(isTime(since) && { since }) }
    : null;
}

function parsePassing(value: unknown): PassingRefusal | undefined {
  const { code, until } = fieldsOf(value);
  const parsed = parseCode(code);
  return parsed !== undefined && isTime(until) ? { code: parsed, until } : undefined;
}

/** Accepts only a text with the form of a code: others can write to the store, and the code is shown. */
function parseCode(code: unknown): string | undefined {
  if (typeof code !== 'string') return undefined;
  return hasFormOfCode(code) ? code : UNNAMED_CODE;
}

function parseRow(value: unknown): LoginRow | null {
  const { times, until } = fieldsOf(value);
  return isCount(times) && isTime(until) ? { times, until } : null;
}

function parseCount(value: unknown): number {
  return isCount(value) ? value : 0;
}

function parseEntries<T>(
  value: unknown,
  parse: (value: unknown) => T | undefined,
): Readonly<Record<string, T>> {
  const entries = Object.entries(fieldsOf(value));
  return Object.fromEntries(
    entries.flatMap(([key, one]) => {
      const parsed = parse(one);
      return parsed === undefined ? [] : [[key, parsed] as const];
    }),
  );
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? { ...value } : {};
}
