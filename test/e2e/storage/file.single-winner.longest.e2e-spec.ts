import { setTimeout as delay } from 'node:timers/promises';
import { FileStorage } from '../../../lib/storage/file/file.storage.js';
import { KEPT_GENERATIONS } from '../../../lib/storage/file/file.generations.js';
import { type Report, type Worker, Workers } from './support/file-workers.js';
import { newDirectory, removeDirectories } from '../../storage/support/folders.js';

/** Writes that succeed before the processes are ended. For a thorough run: FILE_WRITES=20000 (about eight minutes). */
const WRITES = Number(process.env.FILE_WRITES ?? 4_000);
const KEY = 'token';
const WRITERS = 8;
/** A write makes some thirty calls of the file system. */
const SLEEPINESS = 1 / 500;
/** Writes of the others after which a sleeper is woken: its number was pruned meanwhile. */
const SLEEP_WRITES = KEPT_GENERATIONS + 8;
/** So many sleep at most, so that the others make progress; whoever comes later is woken at once. */
const MAX_SLEEPERS = 6;
/** Writes between two kills. */
const KILL_EVERY = 50;

interface Success {
  readonly replaced: string;
  readonly made: string;
}

let workers: Workers;
beforeAll(async () => {
  workers = await Workers.build();
});
afterAll(async () => {
  await workers.close();
  await removeDirectories();
});

/** Writers that stop themselves, are woken when they have missed a lot, and are killed now and then. */
class Crowd {
  readonly successes: Success[] = [];
  readonly errors: Report[] = [];
  /** Those that lasted until the number of the sleeper was pruned. */
  longSleeps = 0;
  kills = 0;
  readonly #writers: Worker[] = [];
  /** The number of successes when each went to sleep. */
  readonly #sleepers = new Map<Worker, number>();

  constructor(private readonly directory: string) {}

  async write(count: number): Promise<void> {
    for (let index = 0; index < WRITERS; index++) this.#start();
    let nextKill = KILL_EVERY;
    while (this.successes.length < count && this.errors.length === 0) {
      await delay(5);
      this.#wake();
      if (this.successes.length < nextKill) continue;
      nextKill = this.successes.length + KILL_EVERY;
      await this.#replaceOne();
    }
    await Promise.all(this.#writers.map((writer) => writer.kill()));
  }

  #start(): void {
    const job = { name: 'replace', sleepiness: SLEEPINESS } as const;
    const writer = workers.start(this.directory, job, {
      key: KEY,
      onReport: (report) => this.#note(writer, report),
    });
    this.#writers.push(writer);
  }

  #note(writer: Worker, report: Report): void {
    const since = this.#sleepers.get(writer) ?? Infinity;
    if (this.successes.length - since >= SLEEP_WRITES) this.longSleeps++;
    this.#sleepers.delete(writer);
    const { replaced, made } = report;
    if (report.sleeps) {
      this.#sleepers.set(writer, this.successes.length);
    } else if (replaced !== undefined && made !== undefined) {
      this.successes.push({ replaced, made });
    } else {
      this.errors.push(report);
    }
  }

  #wake(): void {
    const longest = [...this.#sleepers].toSorted(([, one], [, other]) => one - other);
    for (const [index, [sleeper, since]] of longest.entries()) {
      const isDue = this.successes.length - since >= SLEEP_WRITES;
      // A signal that comes before the sleep is lost, so it is sent again until the worker reports.
      if (isDue || index >= MAX_SLEEPERS) sleeper.child.kill('SIGCONT');
    }
  }

  async #replaceOne(): Promise<void> {
    const [victim] = this.#writers.splice(Math.floor(Math.random() * WRITERS), 1);
    await victim?.kill();
    if (victim) this.#sleepers.delete(victim);
    this.kills++;
    this.#start();
  }
}

function numberOf(version: string): number {
  return Number(version.split(':')[0]);
}

it(
  'tells one writer only that it has replaced a version, whoever is stopped or killed',
  async () => {
    const storage = new FileStorage({ directory: await newDirectory() });
    const first = await storage.write(KEY, 'start', { ifAbsent: true });
    const crowd = new Crowd(storage.directory);
    const begin = performance.now();
    await crowd.write(WRITES);
    const seconds = Math.round((performance.now() - begin) / 1_000);
    const { successes, errors, longSleeps, kills } = crowd;

    const replaced = successes.map((success) => success.replaced);
    const made = successes.map((success) => success.made);
    const twice = replaced.filter((version, index) => replaced.indexOf(version) !== index);
    console.info(
      `${successes.length} writes in ${seconds} s, ${longSleeps} long stops, ${kills} kills, ${twice.length} duplicate successes`,
    );
    expect(errors).toEqual([]);
    expect(twice).toEqual([]);
    expect(new Set(made).size).toBe(made.length);
    // One chain: each made the number after the one that it replaced, and what the one before is known to have made.
    const madeByNumber = new Map([first, ...made].map((version) => [numberOf(version), version]));
    expect(madeByNumber.size).toBe(made.length + 1);
    for (const success of successes) {
      const number = numberOf(success.replaced);
      expect(numberOf(success.made)).toBe(number + 1);
      // A killed writer told nobody what it made.
      expect(madeByNumber.get(number) ?? success.replaced).toBe(success.replaced);
    }
    // The gaps in the chain: a writer that is killed decides one number at most.
    const stored = await storage.read(KEY);
    expect(numberOf(stored?.version ?? '') - successes.length - 1).toBeLessThanOrEqual(
      kills + WRITERS,
    );
    expect(longSleeps).toBeGreaterThan(0);
    expect(kills).toBeGreaterThan(0);
  },
  WRITES * 200 + 60_000,
);
