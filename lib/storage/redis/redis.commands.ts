import { createHash } from 'node:crypto';
import type { StoredValue } from '../contract/session-storage.interface.js';
import { RedisFault } from './redis.errors.js';

/** A command and its arguments. */
export type RedisCommand = [name: string, ...args: (string | Buffer)[]];

/** Sends a command and resolves to the server's reply: a string or a `Buffer`, `null` for nothing. */
export type RedisSend = (command: RedisCommand) => Promise<unknown>;

/** Milliseconds after which the server deletes a staged value whose writer was killed. */
const STAGED_FOR_MS = 60_000;

/*
 * The object is `<version>\n<value>`, with a UUID as its version. The version of a value that a person has stored there
 * is its hash, so that it can be replaced like any other without being an argument of a script.
 */
const VERSION_LENGTH = 36;
const HEAD = /^[\da-f-]{36}\n$/i;
const VERSION = /^(?:[\da-f-]{36}|[\da-f]{40})?$/i;
const STORED_VERSION = `
local function stored_version()
  local stored = redis.call('GET', KEYS[1])
  if not stored then return '' end
  local head = string.sub(stored, 1, ${VERSION_LENGTH + 1})
  if #head == ${VERSION_LENGTH + 1} and string.find(head, '^[%x%-]+\\n$') then
    return string.sub(head, 1, ${VERSION_LENGTH})
  end
  return redis.sha1hex(stored)
end
`;

/** Script that returns the version that is stored afterwards; `''` if there is none. So does {@link REMOVE}. */
const REPLACE = `${STORED_VERSION}
local version = stored_version()
if version ~= ARGV[1] then
  redis.call('DEL', KEYS[2])
  return version
end
if redis.call('EXISTS', KEYS[2]) == 0 then return version end
redis.call('RENAME', KEYS[2], KEYS[1])
redis.call('PERSIST', KEYS[1])
return stored_version()
`;
const REMOVE = `${STORED_VERSION}
local version = stored_version()
if version ~= ARGV[1] then return version end
redis.call('DEL', KEYS[1])
return ''
`;

/** Script that changes nothing. A cluster refuses it, because its keys are on two nodes. */
const CHECK = `
return redis.call('EXISTS', KEYS[1], KEYS[2])
`;

/** Name of an object. The braces keep it and its staged value on one node of a cluster. */
export function objectName(prefix: string, key: string): string {
  return `{${prefix}${key}}`;
}

export async function get(send: RedisSend, name: string): Promise<StoredValue | undefined> {
  const reply = await send(['GET', name]);
  return reply === null ? undefined : parseObject(bytesOf(reply));
}

/**
 * Replaces the expected version, `''` for none, with the value.
 *
 * @returns the version that is stored now: the new one, unless another writer was faster
 */
export async function replace(
  send: RedisSend,
  name: string,
  value: string,
  version: string,
  expected: string,
): Promise<string> {
  const staged = `${name}.${version}`;
  const bytes = Buffer.from(`${version}\n${value}`);
  // Both at once. SET carries the value, because tracing libraries record every argument of EVAL.
  const [staging, replacing] = await Promise.allSettled([
    send(['SET', staged, bytes, 'PX', String(STAGED_FOR_MS)]),
    send(['EVAL', REPLACE, '2', name, staged, expected]),
  ]);
  if (staging.status === 'rejected') throw staging.reason;
  if (replacing.status === 'rejected') throw replacing.reason;
  const stored = versionOf(replacing.value);
  if (stored === expected) throw new RedisFault('STAGED_VALUE_LOST');
  return stored;
}

/**
 * Deletes the object if it has that version.
 *
 * @returns the version that is stored now: `''` for none, unless another writer was faster
 */
export async function remove(send: RedisSend, name: string, version: string): Promise<string> {
  return versionOf(await send(['EVAL', REMOVE, '1', name, version]));
}

/** @throws the server's error if it runs no scripts or the user may not, and `CROSSSLOT` if it belongs to a cluster */
export async function assertRunsScripts(send: RedisSend, names: readonly [string, string]) {
  await send(['EVAL', CHECK, '2', ...names]);
}

/** @throws RedisFault `READONLY` if the server is a replica, which would refuse every write */
export async function assertPrimary(send: RedisSend): Promise<void> {
  const role = await send(['ROLE']);
  if (Array.isArray(role) && String(role[0]) === 'slave') throw new RedisFault('READONLY');
}

function parseObject(bytes: Buffer): StoredValue {
  const head = bytes.toString('latin1', 0, VERSION_LENGTH + 1);
  return HEAD.test(head)
    ? { version: head.slice(0, -1), value: bytes.toString('utf8', VERSION_LENGTH + 1) }
    : { version: createHash('sha1').update(bytes).digest('hex'), value: '' };
}

function versionOf(reply: unknown): string {
  const version = bytesOf(reply).toString();
  if (VERSION.test(version)) return version;
  throw new RedisFault('UNEXPECTED_REPLY');
}

function bytesOf(reply: unknown): Buffer {
  if (typeof reply === 'string' || reply instanceof Uint8Array) return Buffer.from(reply);
  throw new RedisFault('UNEXPECTED_REPLY');
}
