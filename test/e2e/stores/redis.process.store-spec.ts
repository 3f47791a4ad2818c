import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { compiledPackage } from './compiled.js';
import { createUser, documentedRights } from './redis.rights.js';
import { RedisServer, startEncrypted } from './redis.server.js';

const PROGRAM = join('test', 'e2e', 'stores', 'redis.process.mjs');

afterAll(() => RedisServer.stopAll());

/** Runs the program; `ms` is how long it goes on after its work. */
function start(url: string, ms = 0, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [PROGRAM, compiledPackage(), url, String(ms)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  const outcome = ended.then(([output, errors, [code]]) => ({ output, errors, code }));
  return { worked: once(child.stdout, 'data'), outcome };
}

describe('a program that uses RedisStorage by URL', () => {
  it('ends by itself, although it closed nothing', async () => {
    const server = await RedisServer.start();
    const { outcome } = start(`redis://${server.address}`);
    expect(await outcome).toEqual({ output: 'worked\n', errors: '', code: 0 });
  });

  it('prints nothing as a user with the rights of the documentation', async () => {
    const server = await RedisServer.start();
    const rights = await documentedRights();
    const { username, password } = await createUser([server], 'bot', rights.server);
    const address = `${username}:${password}@${server.address}`;
    const { outcome } = start(`redis://${address}?prefix=betfair/`);
    expect(await outcome).toEqual({ output: 'worked\n', errors: '', code: 0 });
  });

  it('neither ends nor prints anything when the server goes away', async () => {
    const server = await RedisServer.start();
    const { worked, outcome } = start(`redis://${server.address}`, 700);
    await worked;
    await server.stop();
    expect(await outcome).toEqual({ output: 'worked\n', errors: '', code: 0 });
  });

  it('trusts an authority that the URL or NODE_EXTRA_CA_CERTS names, and no other', async () => {
    const { server, files } = await startEncrypted();
    const url = `rediss://${server.address}`;
    for (const trusting of [
      start(url, 0, { NODE_EXTRA_CA_CERTS: files.ca }),
      start(`${url}?ca_file=${encodeURIComponent(files.ca)}`),
    ]) {
      expect(await trusting.outcome).toEqual({ output: 'worked\n', errors: '', code: 0 });
    }
    // Checking cannot be switched off: a password would go to whoever answers.
    const { output } = await start(url, 0, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }).outcome;
    expect(output).toMatch(
      /^BETFAIR_STORAGE_MISCONFIGURED .*\(SELF_SIGNED_CERT_IN_CHAIN\)\. .*ca_file/,
    );
  });
});
