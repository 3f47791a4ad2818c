import { randomUUID } from 'node:crypto';
import { hasFormOfCode, UNNAMED_CODE } from '../../identity/login-codes.js';

/** Who may log in now, for at most how long. */
interface LeaseHolder {
  readonly id: string;
  /** Milliseconds, on the clock of whoever watches: no two machines agree on a point in time. */
  readonly duration: number;
  /** When it was written, in milliseconds since the Unix epoch, on its own clock; good for no more than hours. */
  readonly since?: number;
}

/** A code of Betfair's that binds for a while only. */
export interface PassingRefusal {
  readonly code: string;
  /** Its end, in milliseconds since the Unix epoch. */
  readonly until: number;
}

/** Logins in a row that ended alike, and until when the next one waits, in milliseconds since the Unix epoch. */
export interface LoginRow {
  readonly times: number;
  readonly until: number;
}

/** What the processes of one account know about its logins together. */
export interface LoginFacts {
  /** Betfair's code by the fingerprint of the credentials that it refused. The latest come last. */
  readonly refusals: Readonly<Record<string, string>>;
  /** Counts the logins that succeeded and the times that a person lifted what was known: what is older holds no more. */
  readonly epoch: number;
  /** Number of different credentials that were refused since the last login that succeeded. */
  readonly refusedInARow: number;
  /** Betfair's code by the host from which it lets nobody in. */
  readonly places: Readonly<Record<string, PassingRefusal>>;
  /** Logins whose two-factor code was refused. */
  readonly staleCodes: LoginRow | null;
  /** Logins that may have reached Betfair, and whose outcome nobody knows. */
  readonly lostLogins: LoginRow | null;
  /** End of Betfair's temporary ban, in milliseconds since the Unix epoch. */
  readonly ban: number | null;
}

/** The record beside the token: what the processes of one account tell each other about logins. */
export interface LoginRecord extends LoginFacts {
  /**
   * Jurisdiction and user name, hashed: no reply of Betfair names the account, so the record must. `null`: nobody's,
   * because nobody has stored a token yet.
   */
  readonly account: string | null;
  readonly holder: LeaseHolder | null;
  /** Whether the store was seen to write conditionally. */
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

/** The record of a store that was seen to write conditionally. */
export function markTested(record: LoginRecord): LoginRecord {
  return record.tested ? record : { ...record, tested: true };
}

/** The text of a record. Every text is unique, so that a store that compares content sees every write. */
export function formatLoginRecord(record: LoginRecord): string {
  return `${JSON.stringify({ nonce: randomUUID(), ...record })}\n`;
}

/** The record in a stored text; an empty one if there is none, such as after an edit by hand. */
export function parseLoginRecord(text: string): LoginRecord {
  const fields = parseObject(text);
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
    ban: typeof ban === 'number' ? ban : null,
    tested: fields['tested'] === true,
  };
}

function parseHolder(value: unknown): LeaseHolder | null {
  const { id, duration, since } = fieldsOf(value);
  return typeof id === 'string' && typeof duration === 'number' && duration > 0
    ? { id, duration, ...(typeof since === 'number' && { since }) }
    : null;
}

function parsePassing(value: unknown): PassingRefusal | undefined {
  const { code, until } = fieldsOf(value);
  const parsed = parseCode(code);
  return parsed !== undefined && typeof until === 'number' ? { code: parsed, until } : undefined;
}

/** The text of anybody who can write to the store is not shown. */
function parseCode(code: unknown): string | undefined {
  if (typeof code !== 'string') return undefined;
  return hasFormOfCode(code) ? code : UNNAMED_CODE;
}

function parseRow(value: unknown): LoginRow | null {
  const { times, until } = fieldsOf(value);
  return isCount(times) && typeof until === 'number' ? { times, until } : null;
}

function parseCount(value: unknown): number {
  return isCount(value) ? value : 0;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
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

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
