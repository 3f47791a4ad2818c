import { randomUUID } from 'node:crypto';

/** Who may log in now, for at most how long. */
export interface LeaseHolder {
  readonly id: string;
  /** Milliseconds, on the clock of whoever watches: no two machines agree on a point in time. */
  readonly duration: number;
}

/** What the processes of one account tell each other about logins. */
export interface LeaseRecord {
  /** Jurisdiction and user name, hashed: no reply of Betfair names the account, so the record must. */
  readonly account: string;
  readonly holder: LeaseHolder | null;
  /** A login that Betfair refused, and the fingerprint of the credentials that it binds. */
  readonly refusal: { readonly code: string; readonly fingerprint: string } | null;
  /** End of Betfair's temporary ban, in milliseconds since the Unix epoch. */
  readonly ban: number | null;
}

/** The text of a record. Every text is unique, so that a store that compares content sees every write. */
export function formatLeaseRecord(record: LeaseRecord): string {
  return `${JSON.stringify({ nonce: randomUUID(), ...record })}\n`;
}

/** The record in a stored text; `undefined` where there is none, such as after an edit by hand. */
export function parseLeaseRecord(text: string): LeaseRecord | undefined {
  const fields = parseObject(text);
  const account = fields?.['account'];
  if (fields === undefined || typeof account !== 'string') return undefined;
  return {
    account,
    holder: parseHolder(fields['holder']),
    refusal: parseRefusal(fields['refusal']),
    ban: typeof fields['ban'] === 'number' ? fields['ban'] : null,
  };
}

function parseHolder(value: unknown): LeaseHolder | null {
  const { id, duration } = asObject(value) ?? {};
  return typeof id === 'string' && typeof duration === 'number' && duration > 0
    ? { id, duration }
    : null;
}

function parseRefusal(value: unknown): LeaseRecord['refusal'] {
  const { code, fingerprint } = asObject(value) ?? {};
  return typeof code === 'string' && typeof fingerprint === 'string' ? { code, fingerprint } : null;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}
