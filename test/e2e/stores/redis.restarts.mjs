// A Redis that can be ended and started again, in a folder and on a port of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';
import { ServerProcess } from './server.process.mjs';

/** @param {{ isPersistent?: boolean }} [options] without persistence it forgets everything when it ends */
export async function startRedis({ isPersistent = true } = {}) {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'redis-'));
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: isPersistent ? 'yes' : 'no',
    // The file gets each write before its answer is sent: enough for a server that is killed on a machine that goes on.
    appendfsync: 'no',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = await ServerProcess.start('redis-server', flags, {
    cwd: folder,
    ready: /Ready to accept connections/,
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    process: server,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}
