import { findNoPath, quotedPath } from '../../common/settings/path-text.js';

/** Environment variables from which an SDK takes its credentials. */
export interface CredentialVariables {
  /** Variables whose value is sent in a header. */
  readonly values: readonly string[];
  /** Variables that name a file. */
  readonly files: readonly string[];
}

const UNREADABLE_FILE = 'ENOENT|EACCES|EISDIR|ENOTDIR|ELOOP|ENAMETOOLONG';
/** Node's codes for a text or a key that cannot be used in a request. */
const UNUSABLE_TEXT =
  'ERR_INVALID_(?:ARG_TYPE|ARG_VALUE|CHAR|HTTP_TOKEN|PROTOCOL|URL)|ERR_UNESCAPED_CHARACTERS|ERR_(?:CRYPTO|OSSL)_\\w+';
const LOCAL = new RegExp(`^(?:${UNREADABLE_FILE}|${UNUSABLE_TEXT})$`);
/** Node's text for a file that cannot be read; SDKs quote it in their own messages. */
const FILE_FAULT = new RegExp(`\\b(${UNREADABLE_FILE}): [\\w ]+, \\w+(?: '([^']+)')?`);
/** Character that Node does not accept in a header. */
const INVALID_IN_HEADER = /[^\t\x20-\x7E\x80-\xFF]/;

/** Tells if a fault happened on this machine, before anything was sent. Trying again does not help. */
export function isLocal(code: string, path: string | undefined): boolean {
  // Without a path, EACCES comes from a firewall that forbids the connection.
  return LOCAL.test(code) && (code !== 'EACCES' || path !== undefined);
}

/** Finds the file that could not be read in the message of an SDK. */
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
  const broken = values.filter((name) => INVALID_IN_HEADER.test(env[name] ?? ''));
  if (broken.length > 0) {
    return `Nothing was sent: ${broken.join(' and ')} must not contain a line break or another character that is invalid in an HTTP header.`;
  }
  const named = files.flatMap((name) => (env[name] ? [nameFile(name, env[name])] : []));
  const where =
    named.length > 0
      ? named.join(' and ')
      : path && !findNoPath(path) && `the file ${quotedPath(path)}`;
  return where
    ? `Nothing was sent, because its credentials cannot be used. Check ${where}. The file must exist, be readable and be complete.`
    : 'Nothing was sent, because its credentials cannot be used. Check the credentials on this machine.';
}

function nameFile(name: string, path: string): string {
  const no = findNoPath(path);
  return no ? `${name}, which ${no.said}` : `${name}=${quotedPath(path)}`;
}
