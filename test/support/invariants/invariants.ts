import { setTimeout } from 'node:timers/promises';
import type { BetfairSessionOptions, SessionService, SessionStorage } from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { secretsOf } from '../../identity/support/secrets.js';
import type { RecordingLogger } from '../application.js';
import type { CountedClock } from '../counting.clock.js';
import { CallWatch } from './call.watch.js';
import { SecretSearch } from './secret.search.js';
import { StoreWatch } from './store.watch.js';
import { TrafficWatch } from './traffic.watch.js';

/** A service, and where to look at it. */
export interface Watched {
  readonly sessions: SessionService;
  readonly storage: SessionStorage;
  readonly logger: RecordingLogger;
  readonly clock: CountedClock;
  readonly options: BetfairSessionOptions;
}

/** What keeps this process alive: sockets and timers. */
export function alive(): readonly string[] {
  return process.getActiveResourcesInfo().filter((name) => /TLS|TCPSocketWrap|Timeout/.test(name));
}

/** Waits for the other ends of closed connections; returns what is alive then. */
async function aliveAfter(before: readonly string[]): Promise<readonly string[]> {
  const end = performance.now() + 3_000;
  while (alive().length > before.length && performance.now() < end) await setTimeout(10);
  return alive();
}

/**
 * What must hold whatever goes wrong, for the services of one simulator. It watches from outside: their calls, events
 * and logs, what they write to the store, the requests that they send. A rejection that nobody handles is not looked
 * for here: the runner of the tests fails the test that has one.
 */
export class Invariants {
  readonly #broken = new Set<string>();
  readonly #expected = new Set<string>();
  readonly #given = new Set<string>();
  readonly #secrets = new SecretSearch(() => this.#onBroken('a secret was emitted'));
  /** How often each business request was made with `fetch`. */
  readonly #requests = new Map<string, number>();
  readonly #clocks = new Set<CountedClock>();
  readonly #watched = new Map<SessionService, Watched & { readonly calls: CallWatch }>();
  readonly #stores = new Map<SessionStorage, StoreWatch>();
  readonly #traffic: TrafficWatch;

  constructor(
    private readonly simulator: BetfairSimulator,
    /** What was alive before the simulator was. */
    private readonly before: readonly string[],
  ) {
    const { certLogin, api } = simulator.options().endpoints;
    this.#traffic = new TrafficWatch({
      origins: [new URL(certLogin).origin, api],
      isInUse: (token) =>
        this.#given.has(token) || [...this.#stores.values()].some((store) => store.holds(token)),
      onToken: (token) => this.#secrets.addToken(token),
      onBroken: this.#onBroken,
    });
  }

  /** Watches a service from now on. */
  watch(watched: Watched): void {
    const { sessions, storage, clock, options } = watched;
    const { username, renewalTimeout = 60_000, requestTimeout = 10_000 } = options;
    if (isKnown(this.simulator, username)) {
      this.#secrets.addSecrets(secretsOf(this.simulator.options(username), []));
    }
    this.#clocks.add(clock);
    let last = 0;
    sessions.session$.subscribe(({ token, generation }) => {
      this.#given.add(token);
      this.#secrets.addToken(token);
      if (generation <= last) this.#onBroken(`generation ${generation} came after ${last}`);
      last = generation;
    });
    sessions.events$.subscribe((event) => this.#secrets.note(event));
    const { simulator } = this;
    if (!this.#stores.has(storage)) {
      const liveTokens = () => simulator.liveTokens(username);
      this.#stores.set(storage, new StoreWatch(storage, { liveTokens, onBroken: this.#onBroken }));
    }
    const rules = {
      clock,
      renewalTimeout,
      requestTimeout,
      onRequest: (request: string) => void add(this.#requests, request),
      onBroken: this.#onBroken,
      onError: (error: unknown) => this.#secrets.note(error),
    };
    this.#watched.set(sessions, { ...watched, calls: new CallWatch(sessions, rules) });
  }

  /**
   * States that this test breaks an invariant on purpose, in the words in which that is reported. It fails if it then
   * does not.
   */
  expectBroken(what: string): void {
    this.#expected.add(what);
  }

  /** Looks at a service that is closed, and forgets it. */
  forget(sessions: SessionService): void {
    const watched = this.#watched.get(sessions);
    if (watched === undefined) return;
    for (const name of watched.calls.waiting) this.#onBroken(`${name} never ended`);
    this.#secrets.note(watched.logger.lines, sessions, sessions.status);
    this.#watched.delete(sessions);
  }

  /** Looks at what can be looked at meanwhile, and forgets it: a long test would not have the memory. */
  lookAndForget(): void {
    for (const { logger, sessions } of this.#watched.values()) {
      this.#secrets.note(logger.lines.splice(0), sessions, sessions.status);
    }
    this.#secrets.look();
    this.#countSends();
    this.#requests.clear();
    this.simulator.clearRequests();
  }

  #countSends(): void {
    const sent = new Map<string, number>();
    for (const { path, body } of this.simulator.requests) {
      const request = `${path} ${body}`;
      const made = this.#requests.get(request);
      if (made !== undefined && add(sent, request) > 2 * made) {
        this.#onBroken('a business request was sent more than twice');
      }
    }
  }

  /** What was broken, once all is closed and the simulator stopped: nothing, if all is well. */
  async end({ logins = this.simulator.counts.logins } = {}): Promise<readonly string[]> {
    this.#traffic.stop();
    for (const sessions of this.#watched.keys()) this.forget(sessions);
    this.lookAndForget();
    const { counts } = this.simulator;
    if (counts.logins !== logins) this.#onBroken(`${counts.logins} logins instead of ${logins}`);
    if (this.simulator.banned()) this.#onBroken("Betfair's ban was reached");
    for (const store of this.#stores.values()) {
      if ((await store.leasesHeld()).length > 0) this.#onBroken('a lease was not given back');
    }
    for (const { timers } of this.#clocks) if (timers > 0) this.#onBroken('a timer is still set');
    const left = await aliveAfter(this.before);
    if (left.length > this.before.length) this.#onBroken(`still alive: ${left.join(', ')}`);
    const unbroken = [...this.#expected].filter((what) => !this.#broken.has(what));
    return [
      ...[...this.#broken].filter((what) => !this.#expected.has(what)),
      ...unbroken.map((what) => `not broken, although it was to be: ${what}`),
    ];
  }

  readonly #onBroken = (what: string) => void this.#broken.add(what);
}

/** Whether it has that account: tests log in with user names that it has not, too. */
function isKnown(simulator: BetfairSimulator, username: string): boolean {
  try {
    return simulator.options(username).username === username;
  } catch {
    return false;
  }
}

/** One more of them. */
function add(counts: Map<string, number>, name: string): number {
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  return count;
}
