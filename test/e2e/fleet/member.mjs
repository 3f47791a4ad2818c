// One process of a fleet: a Nest application that does what the process that started it says; see fleet.mjs.
import { NestFactory } from '@nestjs/core';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [build] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(build, path)).href);
const { BetfairSessionModule, SessionService } = await load('index.js');
const { createStorage } = await load('storage/storage.factory.js');

const CALL = {
  method: 'POST',
  body: JSON.stringify({ jsonrpc: '2.0', method: 'SportsAPING/v1.0/listEventTypes', params: {} }),
};

/** A store in which the process stops itself, as the operating system may at any time: after a read, before a write. */
function stopping({ operation, nth }, { storage: url, sessionKey }) {
  const storage = createStorage(url, () => {});
  const counts = { read: 0, write: 0 };
  const pass = (name, of) => {
    if (of !== sessionKey) return;
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

/** Clocks that are off by that many milliseconds, as on a machine of its own. */
function shiftClocks({ wall = 0, monotonic = 0 }) {
  const [now, elapsed] = [Date.now, performance.now.bind(performance)];
  Date.now = () => now() + wall;
  performance.now = () => elapsed() + monotonic;
}

async function boot({ options, stopAt, clock }) {
  if (clock) shiftClocks(clock);
  const storage = stopAt ? stopping(stopAt, options) : options.storage;
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

async function fetchOnce() {
  const response = await running.sessions.fetch('/exchange/betting/json-rpc/v1', CALL);
  return response.json();
}

async function callOnce() {
  const { error } = await fetchOnce().catch(noteConnectionFailure);
  if (error) throw new Error(`A call failed: ${JSON.stringify(error)}`);
}

async function callOn() {
  while (!resting.signal.aborted) {
    await callOnce();
    await delay(250);
  }
}

/** The two ways to call; each answers with what came of it. */
const WAYS = {
  async fetch() {
    const { error } = await fetchOnce();
    return error ? 'refused' : 'answered';
  },
  async call() {
    await running.sessions.call('SportsAPING/v1.0/listEventTypes');
    return 'answered';
  },
};

const outcomeOf = ({ code, errorCode, message }) =>
  [code ?? message, errorCode].filter(Boolean).join(' ');

async function callAndTell(way) {
  while (!resting.signal.aborted) {
    const [at, began] = [Date.now(), performance.now()];
    const outcome = await WAYS[way]().catch(outcomeOf);
    process.send({ call: { way, at, ms: performance.now() - began, outcome } });
    // As a client does that is told to come back later.
    await delay(outcome === 'answered' ? 5 + Math.random() * 15 : 100);
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

  /** Calls Betfair without end, in both ways at once, and tells of each call how it went. */
  callWithoutEnd() {
    calls = Promise.all(Object.keys(WAYS).map(callAndTell));
  },

  /** Answers when the calls under way have ended; none follows. */
  async rest() {
    resting.abort();
    await calls;
  },

  /** The token of the session in memory. */
  current: () => running.sessions.current?.token,

  /** Calls Betfair once with the session that there is. */
  callOnce,

  /** Answers when calls succeed with another session than `token`. */
  async renewed(token) {
    while (!running.sessions.current || running.sessions.current.token === token) await delay(5);
    return running.sessions.current.token;
  },

  /** Asks for sessions for `ms`, and suspects those of others; answers with what went wrong meanwhile. */
  async suspectOthers(ms) {
    const { sessions } = running;
    const own = new Set();
    sessions.events$.subscribe(({ type, generation }) => {
      if (type !== 'loggedIn') return;
      own.add(generation);
      process.send({ loggedIn: sessions.current.token });
    });
    const failures = new Set();
    const end = performance.now() + ms;
    while (performance.now() < end) {
      try {
        const session = await sessions.getSession();
        if (!own.has(session.generation)) await sessions.refresh(session);
        await delay(500);
      } catch (error) {
        failures.add(error.code ?? String(error));
        await delay(500);
      }
    }
    return [...failures];
  },

  /** The process must then end by itself: nothing may be left that keeps it alive. */
  async close() {
    await commands.rest();
    await running.application.close();
  },

  crash: () => process.exit(1),
};

async function obey({ id, command, parameter }) {
  try {
    process.send({ id, result: await commands[command](parameter) });
  } catch (error) {
    process.send({ id, error: { code: error.code, message: error.message } });
  }
  if (command === 'close') process.disconnect();
}

process.on('message', (message) => void obey(message));
