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
  /** Logins that Betfair refused: its code by the fingerprint of the credentials that it binds. The latest come last. */
  readonly refusals: Readonly<Record<string, string>>;
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
    refusals: parseRefusals(fields['refusals']),
    ban: typeof fields['ban'] === 'number' ? fields['ban'] : null,
  };
}

function parseHolder(value: unknown): LeaseHolder | null {
  const { id, duration } = asObject(value) ?? {};
  return typeof id === 'string' && typeof duration === 'number' && duration > 0
    ? { id, duration }
    : null;
}

function parseRefusals(value: unknown): LeaseRecord['refusals'] {
  const entries = Object.entries(asObject(value) ?? {});
  return Object.fromEntries(
    entries.flatMap(([fingerprint, code]) =>
      typeof code === 'string' ? [[fingerprint, code] as const] : [],
    ),
  );
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
