// PostgreSQL from the machine's own package, in a folder and on a port of its own.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';
import { ServerProcess } from './server.process.mjs';

const DEBIANS = '/usr/lib/postgresql';
/** Password of the superuser `postgres`. */
const PASSWORD = 'CANARY-superuser';

/** The folder of its programs, which Debian does not have in the path. */
function programs() {
  const versions = existsSync(DEBIANS) ? readdirSync(DEBIANS) : [];
  const [newest] = versions.toSorted((one, other) => Number(other) - Number(one));
  const inPath = (process.env['PATH'] ?? '').split(':');
  return [...(newest === undefined ? [] : [join(DEBIANS, newest, 'bin')]), ...inPath].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
}

/** Why PostgreSQL is not run, and how to have it, or `undefined` where it can be. */
export function missingPostgres() {
  return programs() === undefined
    ? '!!! NOT RUN: what needs PostgreSQL, because initdb and postgres are not on this machine. To have them: apt-get install postgresql !!!'
    : undefined;
}

/** Why PgBouncer is not run, or `undefined` where it can be. */
export function missingPgBouncer() {
  return spawnSync('pgbouncer', ['--version'], { stdio: 'ignore' }).status === 0
    ? undefined
    : '!!! NOT RUN: PostgreSQL behind PgBouncer, because pgbouncer is not on this machine. To have it: apt-get install pgbouncer !!!';
}

/** PostgreSQL and PgBouncer refuse to run as root. */
function owner() {
  return process.getuid?.() === 0 ? { uid: idOfPostgres('-u'), gid: idOfPostgres('-g') } : {};
}

/** @param {'-u' | '-g'} option */
function idOfPostgres(option) {
  return Number(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout);
}

function createFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const { uid, gid } = owner();
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

/**
 * @param {string} path
 * @param {string} content
 */
function writeFor(path, content) {
  writeFileSync(path, content, { mode: 0o600 });
  const { uid, gid } = owner();
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

/** A server whose users must give their passwords. */
export async function startPostgres() {
  const bin = programs();
  if (bin === undefined) throw new Error('PostgreSQL is not on this machine.');
  const folder = createFolder();
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, PASSWORD);
  const { status, stderr } = spawnSync(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '-N',
    ],
    { encoding: 'utf8', cwd: folder, ...owner() },
  );
  if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    fsync: 'off',
    log_line_prefix: '',
  };
  const parameters = Object.entries(settings).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const server = await ServerProcess.start(join(bin, 'postgres'), ['-D', data, ...parameters], {
    cwd: folder,
    ready: /ready to accept connections/,
    // Without waiting for connections to end.
    endsBy: 'SIGQUIT',
    ...owner(),
  });
  return {
    port,
    /**
     * Gives it a certificate, to be used once its configuration is loaded again.
     *
     * @param {{ cert: string, key: string }} pair
     */
    useTls({ cert, key }) {
      writeFor(join(data, 'server.key'), key);
      writeFor(join(data, 'server.crt'), cert);
      appendFileSync(join(data, 'postgresql.conf'), 'ssl = on\n');
    },
    /** Of the superuser. */
    url: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`,
    /** What it printed. */
    log: () => server.printed,
    process: server,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A server with the table of sessions, and the URL of a user who has no more rights than docs/storage/postgresql.md lists. */
export async function startSessionTable() {
  const server = await startPostgres();
  const { Pool } = await import('pg');
  const admin = new Pool({ connectionString: server.url });
  await admin.query(`
    CREATE TABLE betfair_session (key text PRIMARY KEY, value bytea NOT NULL, version text NOT NULL);
    CREATE ROLE bot LOGIN PASSWORD '${PASSWORD}';
    GRANT SELECT, INSERT, UPDATE, DELETE ON betfair_session TO bot;
  `);
  await admin.end();
  return { ...server, url: `postgres://bot:${PASSWORD}@127.0.0.1:${server.port}/postgres` };
}

/**
 * PgBouncer in front of a server, in transaction mode: each statement may meet another connection.
 *
 * @param {number} port
 * @param {{ user: string, password: string }} user
 */
export async function startPgBouncer(port, { user, password }) {
  const folder = createFolder();
  const listens = await freePort();
  writeFileSync(join(folder, 'users'), `"${user}" "${password}"\n`);
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=127.0.0.1 port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listens}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users')}
pool_mode = transaction
default_pool_size = 3
`,
  );
  const server = await ServerProcess.start('pgbouncer', [join(folder, 'pgbouncer.ini')], {
    cwd: folder,
    ready: /process up/,
    ...owner(),
  });
  return {
    port: listens,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
