// Processes that share a store, a simulated Betfair, and a moment at which they all begin.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { stores } from './fleet.stores.mjs';

const MEMBER = join(import.meta.dirname, 'member.mjs');
export const KEY = 'session.token';
const PATIENCE = 60_000;

/** One process. Whatever it is asked fails when it ends before it has answered. */
class Member {
  /** What it logged in with, as far as it says so. */
  tokens = new Set();
  /** How its calls went, as far as it says so. */
  calls = [];
  #asked = new Map();
  #lastId = 0;

  constructor(build) {
    this.child = fork(MEMBER, [build], { stdio: 'inherit' });
    this.exited = once(this.child, 'exit');
    this.child.on('message', ({ id, result, error, loggedIn, call }) => {
      if (loggedIn) return this.tokens.add(loggedIn);
      if (call) return this.calls.push(call);
      const { resolve, reject } = this.#asked.get(id);
      this.#asked.delete(id);
      if (error) reject(Object.assign(new Error(error.message), error));
      else resolve(result);
    });
    // Not 'exit', which may come before the last answers do.
    this.child.on('disconnect', () => {
      const { pid, exitCode, signalCode } = this.child;
      const error = new Error(`The process ${pid} is gone (${exitCode ?? signalCode}).`);
      for (const { reject } of this.#asked.values()) reject(error);
    });
  }

  ask(command, parameter) {
    const id = ++this.#lastId;
    const answered = new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
    // Whoever asked may look at it later.
    answered.catch(() => {});
    this.child.send({ id, command, parameter });
    return answered;
  }

  signal(name) {
    this.child.kill(name);
  }

  async stopped() {
    await until(`the process ${this.child.pid} is stopped`, async () =>
      /^State:\s+T/m.test(await readFile(`/proc/${this.child.pid}/status`, 'utf8')),
    );
  }

  /** Ends as a crash does: nothing is closed. */
  async crash() {
    void this.ask('crash');
    await this.exited;
  }

  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }
}

export class Fleet {
  members = [];

  /** @param kind of store: a name in {@link stores} */
  static async create(build, kind = 'file') {
    const load = (path) => import(pathToFileURL(join(build, path)).href);
    const { BetfairSimulator } = await load('testing/index.js');
    const { createStorage } = await load('storage/storage.factory.js');
    const simulator = await BetfairSimulator.start();
    simulator.answer('listEventTypes', []);
    const store = await stores[kind]();
    return new Fleet(
      build,
      simulator,
      store,
      createStorage(store.url, () => {}),
    );
  }

  constructor(build, simulator, store, storage) {
    this.build = build;
    this.simulator = simulator;
    this.store = store;
    this.storage = storage;
  }

  /** Starts that many processes and waits until all have booted. */
  async boot(size, { stopAt, clock, ...overrides } = {}) {
    const storage = this.store.url;
    const options = { ...this.simulator.options(), sessionKey: KEY, storage, ...overrides };
    const booted = Array.from({ length: size }, async () => {
      const member = new Member(this.build);
      this.members.push(member);
      await member.ask('boot', { options, stopAt, clock });
      return member;
    });
    return Promise.all(booted);
  }

  /** The token in the store. */
  async stored() {
    return (await this.storage.read(KEY))?.value;
  }

  /** The record beside the token, where there is one. */
  async record() {
    const stored = await this.storage.read(`${KEY}.lease`);
    return stored && JSON.parse(stored.value);
  }

  /** The most logins that reached Betfair within one minute. */
  busiestMinute() {
    const logins = this.simulator.requests.filter(({ endpoint }) => endpoint === 'certLogin');
    const within = ({ at }) => logins.filter((one) => one.at >= at && one.at < at + 60_000).length;
    return Math.max(0, ...logins.map(within));
  }

  /** Ends applications, by default all, and waits until their processes have ended by themselves. */
  async close(members = this.members) {
    const running = members.filter((member) => member.isRunning);
    await Promise.all(running.map((member) => member.ask('close')));
    const ended = Promise.all(running.map(({ exited }) => exited));
    const codes = await Promise.race([ended, delay(10_000, undefined, { ref: false })]);
    if (codes === undefined) throw new Error('A process lives on after its application closed.');
    const failed = codes.find(([code]) => code !== 0);
    if (failed) throw new Error(`A process ended with ${failed.join('')}.`);
  }

  async remove() {
    for (const member of this.members) if (member.isRunning) member.signal('SIGKILL');
    await Promise.all(this.members.map(({ exited }) => exited));
    await this.simulator.stop();
    await this.storage.close?.();
    await this.store.close();
  }
}

/** Waits until `condition` holds. */
export async function until(what, condition) {
  const end = performance.now() + PATIENCE;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Not within ${PATIENCE} ms: ${what}.`);
    await delay(2);
  }
}
