import { readFile } from 'node:fs/promises';
import type { RedisServer } from './redis.server.js';

/** What docs/storage/redis.md says that a user needs, and what it adds for a cluster. */
export interface DocumentedRights {
  readonly server: readonly string[];
  readonly cluster: readonly string[];
}

export async function documentedRights(): Promise<DocumentedRights> {
  const page = await readFile('docs/storage/redis.md', 'utf8');
  const lines = Array.from(page.matchAll(/^ACL SETUSER bot (.+)$/gm), ([, rights = '']) =>
    rights.replaceAll("'", '').split(' '),
  );
  const [[on, password, ...server] = [], cluster = []] = lines;
  expect(lines).toHaveLength(2);
  expect([on, password]).toEqual(['on', '>password']);
  return { server, cluster };
}

/** A user that the servers know, with these rights and no others. */
export async function createUser(
  servers: readonly RedisServer[],
  username: string,
  rights: readonly string[],
) {
  const password = 's3cr3t';
  for (const { admin } of servers) {
    await admin.call('ACL', 'SETUSER', username, 'reset', 'on', `>${password}`, ...rights);
  }
  return { username, password };
}
