import { findNoPath, quotedPath } from '../../common/path-text.js';

/** Environment variables from which an SDK takes its credentials. */
export interface CredentialVariables {
  /** Those that hold what goes into a header. */
  readonly values: readonly string[];
  /** Those that name a file. */
  readonly files: readonly string[];
}

const UNREADABLE_FILE = 'ENOENT|EACCES|EISDIR|ENOTDIR|ELOOP|ENAMETOOLONG';
/** Node's codes for a text or a key of which no request can be made. */
const UNUSABLE_TEXT =
  'ERR_INVALID_(?:ARG_TYPE|ARG_VALUE|CHAR|HTTP_TOKEN|PROTOCOL|URL)|ERR_UNESCAPED_CHARACTERS|ERR_(?:CRYPTO|OSSL)_\\w+';
const LOCAL = new RegExp(`^(?:${UNREADABLE_FILE}|${UNUSABLE_TEXT})$`);
/** Node's words, which SDKs put into messages of their own. */
const FILE_FAULT = new RegExp(`\\b(${UNREADABLE_FILE}): [\\w ]+, \\w+(?: '([^']+)')?`);
/** What Node takes for no part of a header. */
const NO_HEADER = /[^\t\x20-\x7E\x80-\xFF]/;

/** Tells if a fault arose on this machine, before anything was sent. It does not pass by itself. */
export function isLocal(code: string, path: string | undefined): boolean {
  // Without a file, it is a firewall that forbids a connection.
  return LOCAL.test(code) && (code !== 'EACCES' || path !== undefined);
}

/** Finds in the message of an SDK that a file could not be read. */
export function fileFaultIn(
  message: string,
): { code: string; path: string | undefined } | undefined {
  const [, code, path] = FILE_FAULT.exec(message) ?? [];
  return code === undefined ? undefined : { code, path };
}

/** Says what to check on this machine. */
export function localAdvice(
  path: string | undefined,
  { values, files }: CredentialVariables,
  env: NodeJS.ProcessEnv,
): string {
  const broken = values.filter((name) => NO_HEADER.test(env[name] ?? ''));
  if (broken.length > 0) {
    return `Nothing was sent: ${broken.join(' and ')} must not hold a line break, or another character that no header may have.`;
  }
  const named = files.flatMap((name) => (env[name] ? [nameFile(name, env[name])] : []));
  const where =
    named.length > 0
      ? named.join(' and ')
      : path && !findNoPath(path) && `the file ${quotedPath(path)}`;
  return where
    ? `Nothing was sent, because its credentials cannot be used. Check ${where}. The file must exist, be readable and be complete.`
    : 'Nothing was sent, because its credentials cannot be used. Check those of this machine.';
}

function nameFile(name: string, path: string): string {
  const no = findNoPath(path);
  return no ? `${name}, which ${no.said}` : `${name}=${quotedPath(path)}`;
}
