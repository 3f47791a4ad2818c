import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const SERVE = join(import.meta.dirname, 'child.serve.mjs');
const PATIENCE = 60_000;

/**
 * Starts a file beside this one in a process of its own and hands its `start` the `parameters`; `ready` is what that
 * returned. What is asked is answered by its `answer`. `env` is added to the environment.
 */
export async function startChild(file, parameters, env = {}) {
  const child = fork(SERVE, [join(import.meta.dirname, file)], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'exit');
  const next = async () => {
    const gone = ended.then(([code, signal]) => {
      throw new Error(`${file} ended (${code ?? signal}).`);
    });
    const [message] = await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(PATIENCE) }),
      gone,
    ]);
    return message;
  };
  const ask = (question) => {
    child.send(question);
    return next();
  };
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  };
  try {
    return { ready: await ask(parameters), ask, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
