// Follows every login, every token and every text in the store, and what called for a login.
import { readFileSync } from 'node:fs';

/** How often it looks, in milliseconds; and before each act of the chaos. */
const LOOK_INTERVAL_MS = 2;

/** Whose login: the number of a process, or `undefined` for that of the foreign program. */
function processOf(path) {
  const name = new URL(path, 'https://any').searchParams.get('process');
  return name === null ? undefined : Number(name);
}

export function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

class Login {
  token = undefined;
  /** When it was first seen in the store, in milliseconds since the Unix epoch. */
  storedAt = undefined;
  loggedOutBy = undefined;

  constructor(at, process) {
    this.at = at;
    this.process = process;
  }

  get isStored() {
    return this.storedAt !== undefined;
  }
}

export class Ledger {
  /** In the order of their arrival. */
  logins = [];
  /** By token. */
  issued = new Map();
  /** What called for logins: sessions that were ended, tokens that were destroyed in the store. */
  causes = [];
  /** Texts in the store that nobody wrote as a whole. */
  torn = [];
  /** Mistakes that no chaos excuses. */
  faults = [];
  /** What the chaos did, and what came of it, in order. */
  timeline = [];
  reads = 0;
  #texts = new Map();
  #timer;
  #waiting = [];

  constructor(simulator, paths, ownTexts) {
    this.simulator = simulator;
    this.paths = paths;
    this.ownTexts = ownTexts;
    this.#timer = setInterval(() => this.look(), LOOK_INTERVAL_MS);
  }

  close() {
    clearInterval(this.#timer);
    this.look();
  }

  /** Waits for a login of a process; resolves with its number, or `undefined` if the waiting is called off. */
  nextLogin() {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  stopWaiting() {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  note(what) {
    this.timeline.push(`${new Date().toISOString().slice(14, 23)} ${what}`);
  }

  /** Reads what arrived at Betfair, which tokens it issued, and what is stored. In one turn, so nothing comes between. */
  look() {
    const { simulator } = this;
    for (const request of simulator.requests) this.#arrived(request);
    simulator.clearRequests();
    for (const token of simulator.liveTokens()) this.#issue(token);
    this.#read(this.paths.token, (text) => this.#isToken(text));
    this.#read(this.paths.lease, isRecord);
  }

  /** Ends the sessions that there are. */
  endSessions() {
    this.look();
    const { simulator } = this;
    const tokens = simulator.liveTokens();
    this.causes.push({ type: 'ended', at: Date.now(), tokens });
    this.note(`all sessions ended: ${tokens.map((token) => this.nameOf(token)).join(', ')}`);
    simulator.endSessions();
  }

  /** Notes that the stored token, which was alive, was destroyed. */
  destroyed() {
    this.causes.push({ type: 'destroyed', at: Date.now() });
  }

  isAlive(text) {
    return text !== undefined && this.simulator.liveTokens().includes(text.trimEnd());
  }

  nameOf(token) {
    const index = this.logins.findIndex((login) => login.token === token);
    return index < 0 ? 'none' : `T${index + 1}`;
  }

  #arrived({ endpoint, path, headers, at, username }) {
    const process = processOf(path);
    if (endpoint === 'certLogin') {
      this.logins.push(new Login(at, process));
      this.note(`login T${this.logins.length} of ${process ?? 'the foreign program'} arrived`);
      if (process !== undefined) this.#waiting.shift()?.(process);
    }
    if (endpoint === 'logout') {
      const token = headers['x-authentication'];
      if (username !== undefined) this.#issue(token);
      const login = this.issued.get(token);
      this.note(`${this.nameOf(token)} logged out by ${process}`);
      if (login?.process !== process) this.faults.push('a session of another was logged out');
      else login.loggedOutBy = process;
      if (login?.isStored) this.faults.push('a session was logged out that had been stored');
    }
  }

  /** Logins are answered in the order of their arrival, because all take equally long. */
  #issue(token) {
    if (this.issued.has(token)) return;
    const login = this.logins[this.issued.size];
    login.token = token;
    this.issued.set(token, login);
    this.note(`${this.nameOf(token)} issued`);
  }

  #read(path, isWhole) {
    const text = readIfThere(path);
    this.reads += 1;
    if (text === this.#texts.get(path)) return;
    this.#texts.set(path, text);
    if (text === undefined || isWhole(text) || this.ownTexts.has(text)) return;
    this.torn.push(`${text.length} characters: ${JSON.stringify(text.slice(0, 80))}`);
  }

  #isToken(text) {
    const login = this.issued.get(text);
    if (login && !login.isStored) {
      login.storedAt = Date.now();
      this.note(`${this.nameOf(text)} stored`);
    }
    return login !== undefined;
  }
}

function isRecord(text) {
  try {
    return typeof JSON.parse(text).nonce === 'string';
  } catch {
    return false;
  }
}
