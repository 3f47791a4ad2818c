// One process of a fleet: a Nest application that does what the process that started it says; see fleet.mjs.
import { NestFactory } from '@nestjs/core';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [build] = process.argv.slice(2);
const { BetfairSessionModule, FileStorage, SessionService } = await import(
  pathToFileURL(`${build}/index.js`).href
);

const CALL = {
  method: 'POST',
  body: JSON.stringify({ jsonrpc: '2.0', method: 'SportsAPING/v1.0/listEventTypes', params: {} }),
};

/** A store in which the process stops itself, as the operating system may at any time: after a read, before a write. */
async function stopping({ operation, nth }, key, directory) {
  const storage = new FileStorage({ directory });
  await storage.open();
  const counts = { read: 0, write: 0 };
  const pass = (name, of) => {
    if (of !== key) return;
    counts[name] += 1;
    if (name === operation && counts[name] === nth) process.kill(process.pid, 'SIGSTOP');
  };
  return {
    async read(of, options) {
      const stored = await storage.read(of, options);
      pass('read', of);
      return stored;
    },
    async write(of, ...parameters) {
      pass('write', of);
      return storage.write(of, ...parameters);
    },
    delete: (...parameters) => storage.delete(...parameters),
  };
}

async function boot({ options, directory, stopAt }) {
  const storage = stopAt
    ? await stopping(stopAt, options.sessionKey, directory)
    : `file:${directory}`;
  const module = BetfairSessionModule.forRoot({ ...options, storage });
  const application = await NestFactory.createApplicationContext(module, {
    logger: false,
    abortOnError: false,
  });
  return { application, sessions: application.get(SessionService) };
}

let running;
let calls = Promise.resolve();
const resting = new AbortController();

/** A connection may fail on a machine that has more to do than it can; sessions are what matters here. */
function noteConnectionFailure(error) {
  if (!(error instanceof TypeError)) throw error;
  console.log(`# ${process.pid}: ${error.message}, ${error.cause?.code ?? error.cause}`);
  return {};
}

async function callOnce() {
  const { error } = await running.sessions
    .fetch('/exchange/betting/json-rpc/v1', CALL)
    .then((response) => response.json())
    .catch(noteConnectionFailure);
  if (error) throw new Error(`A call failed: ${JSON.stringify(error)}`);
}

async function callOn() {
  while (!resting.signal.aborted) {
    await callOnce();
    await delay(250);
  }
}

const commands = {
  async boot(settings) {
    running = await boot(settings);
  },

  async get() {
    return (await running.sessions.getSession()).token;
  },

  /** Calls Betfair without end; answers when the first call has succeeded. */
  async call() {
    await callOnce();
    calls = callOn();
  },

  /** Answers when calls succeed with another session than `token`. */
  async renewed(token) {
    while (!running.sessions.current || running.sessions.current.token === token) await delay(5);
    return running.sessions.current.token;
  },

  /** The process must then end by itself: nothing may be left that keeps it alive. */
  async close() {
    resting.abort();
    await calls;
    await running.application.close();
  },

  crash: () => process.exit(1),
};

process.on('message', async ({ id, command, parameter }) => {
  try {
    process.send({ id, result: await commands[command](parameter) });
  } catch (error) {
    process.send({ id, error: { code: error.code, message: error.message } });
  }
  if (command === 'close') process.disconnect();
});
