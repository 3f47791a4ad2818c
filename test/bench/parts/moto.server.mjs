import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const STARTS_WITHIN = 30_000;

/** `moto_server`, an S3 of this machine; `undefined` where it is not installed. */
export async function startMoto() {
  if (spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status !== 0) return undefined;
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const endpoint = await new Promise((resolve, reject) => {
    let printed = '';
    const late = setTimeout(() => reject(new Error(`moto_server: ${printed}`)), STARTS_WITHIN);
    child.once('exit', () => reject(new Error(`moto_server ended: ${printed}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        printed = (printed + text).slice(-10_000);
        const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(printed)?.[1];
        if (url === undefined) return;
        clearTimeout(late);
        resolve(url);
      });
    }
  }).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    endpoint,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
