import { isRuntimeCode, safeCause } from '../../errors/safe-cause.js';
import { SessionStorageError } from '../../errors/storage.errors.js';
import { text } from '../../common/unknown-values.js';
import { type FaultName, FAULTS } from './postgres.advice.js';
import type { PostgresTable } from './postgres.table.js';

/** Faults by the codes of PostgreSQL and of DNS. */
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

/** Faults by the first two characters of a code of PostgreSQL. */
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

/** Code of PostgreSQL. System codes of five letters, such as `EPIPE`, begin with an E. */
const SERVER_CODE = /^(?!E)[\dA-Z]{5}$/;
/** Faults that need the server's text too; PgBouncer uses one code for most of its own errors. */
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
  if (SERVER_CODE.test(code)) return BY_CLASS.get(code.slice(0, 2)) ?? 'server';
  return TLS_CODE.test(code) ? 'tls' : 'network';
}

/** Finds the fault in an error text of `pg` itself. */
function withoutCode(message: string): FaultName {
  if (message === 'The server does not support SSL connections') return 'tls';
  return /^SASL: |^Password must be/.test(message) ? 'credentials' : 'network';
}

/** Tells if the same statement may succeed a moment later. */
export function mayPass(error: unknown): boolean {
  return FAULTS[faultNameOf(error)].failure === 'unavailable';
}

/**
 * Makes the error for callers. It keeps only name and code of the client's error, whose texts, above all `detail`, may
 * show the row.
 *
 * @param attempt - text such as `read "k" in`
 */
export function postgresError(
  error: unknown,
  attempt: string,
  table: PostgresTable,
): SessionStorageError {
  const { failure, advice } = FAULTS[faultNameOf(error)];
  const found = text(error, 'code') ?? '';
  const code = SERVER_CODE.test(found) || isRuntimeCode(found) ? found : undefined;
  const name = text(error, 'name');
  return new SessionStorageError(
    `Could not ${attempt} the PostgreSQL table "${table.name}" (${code ?? 'no answer'}). ${advice(table)}`,
    failure,
    { cause: safeCause({ name, code }) },
  );
}
