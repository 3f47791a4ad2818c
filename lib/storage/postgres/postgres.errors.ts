import { BetfairSessionError } from '../../errors/betfair-session.error.js';
import { isRuntimeCode, safeCause } from '../../errors/safe-cause.js';
import { SessionStorageError } from '../../errors/storage.errors.js';
import { text } from '../../common/unknown-values.js';
import { type FaultName, FAULTS } from './postgres.advice.js';
import type { PostgresTable } from './postgres.table.js';

/** Codes of PostgreSQL, and of the resolver. */
const BY_CODE = new Map<string, FaultName>([
  ['42501', 'right'],
  ['3D000', 'database'],
  ['3F000', 'table'],
  ['42P01', 'table'],
  ['25006', 'readOnly'],
  ['55000', 'closed'],
  ['57014', 'cancelled'],
  ['55P03', 'cancelled'],
  ['25P03', 'cancelled'],
  ['25P04', 'cancelled'],
  ['53300', 'connections'],
  ['ENOTFOUND', 'host'],
  ['EAI_AGAIN', 'host'],
]);

/** The first two characters of a code of PostgreSQL. */
const BY_CLASS = new Map<string, FaultName>([
  ['08', 'network'],
  ['0A', 'unsupported'],
  ['22', 'columns'],
  ['23', 'columns'],
  ['28', 'credentials'],
  ['40', 'race'],
  ['42', 'columns'],
  ['53', 'full'],
  ['57', 'stopping'],
  ['P0', 'refusedRow'],
]);

/** Those of the system, such as `EPIPE`, begin with an E. */
const SERVERS_CODE = /^(?!E)[\dA-Z]{5}$/;
/** Faults that a code alone does not tell, by the server's words; PgBouncer has one code for most of what it says itself. */
const BY_WORDS: readonly (readonly [code: string, words: RegExp, fault: FaultName])[] = [
  ['08P01', /authentication failed|no such user/, 'credentials'],
  ['08P01', /no such database/, 'database'],
  ['08P01', /no more connections/, 'connections'],
  ['42501', /for database/, 'connect'],
  ['42501', /row-level security/, 'refusedRow'],
  ['0A000', /rule/, 'refusedRow'],
];
const TLS_CODE = /^ERR_(?:SSL|TLS)_|CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$/;

function faultNameOf(error: unknown): FaultName {
  const code = text(error, 'code');
  const message = text(error, 'message') ?? '';
  if (code === undefined) return withoutCode(message);
  const known =
    BY_WORDS.find(([of, words]) => of === code && words.test(message))?.[2] ?? BY_CODE.get(code);
  if (known !== undefined) return known;
  if (SERVERS_CODE.test(code)) return BY_CLASS.get(code.slice(0, 2)) ?? 'server';
  return TLS_CODE.test(code) ? 'tls' : 'network';
}

/** Finds the fault in the words of `pg` itself. */
function withoutCode(message: string): FaultName {
  if (message === 'The server does not support SSL connections') return 'tls';
  return /^SASL: |^Password must be/.test(message) ? 'credentials' : 'network';
}

/** Tells whether the same statement may succeed a moment later. */
export function mayPass(error: unknown): boolean {
  if (error instanceof BetfairSessionError) return false;
  return FAULTS[faultNameOf(error)].failure === 'unavailable';
}

/**
 * The error for callers. Nothing of the client's error goes on but name and code: texts, above all `detail`, show the
 * row.
 *
 * @param attempt - such as `read "k" in`
 */
export function postgresError(
  error: unknown,
  attempt: string,
  table: PostgresTable,
): SessionStorageError {
  const { failure, advice } = FAULTS[faultNameOf(error)];
  const found = text(error, 'code') ?? '';
  const code = SERVERS_CODE.test(found) || isRuntimeCode(found) ? found : undefined;
  const name = text(error, 'name');
  return new SessionStorageError(
    `Could not ${attempt} the PostgreSQL table "${table.name}" (${code ?? 'no answer'}). ${advice(table)}`,
    failure,
    { cause: safeCause({ name, code }) },
  );
}
