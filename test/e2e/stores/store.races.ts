import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { SessionStorage, WriteCondition } from 'nestjs-betfair-session';
import { compiledPackage } from './compiled.js';
import { ROUNDS } from './rounds.js';

const PROGRAM = join('test', 'e2e', 'stores', 'racer.process.mjs');
const RACERS = 8;

/** What a process made of a write: the new version, or the error. */
interface Report {
  readonly version?: string;
  readonly code?: string;
  readonly message?: string;
}

/** Processes that write to one store at once, of which one wins each time. */
export function describeRaces(
  name: string,
  start: () => Promise<{ url: string; storage: SessionStorage }>,
): void {
  describe(`${name}: of eight processes`, () => {
    let storage: SessionStorage;
    let racers: Racer[];

    beforeAll(async () => {
      const { url, ...started } = await start();
      storage = started.storage;
      racers = Array.from({ length: RACERS }, () => new Racer(url));
      await Promise.all(racers.map((racer) => racer.report()));
    }, 60_000);
    afterAll(async () => {
      await Promise.all(racers.map((racer) => racer.stop()));
      await storage.close?.();
    });

    /** All write at once under one condition. */
    async function race(key: string, condition: WriteCondition): Promise<string> {
      const reports = await Promise.all(racers.map((racer) => racer.write(key, condition)));
      const losers = reports.filter(({ code }) => code === 'BETFAIR_STORAGE_CONFLICT');
      const winners = reports.flatMap(({ version }, index) =>
        version === undefined ? [] : [{ value: racers[index]?.value, version }],
      );
      // First, because it shows what else went wrong.
      expect(reports.filter(({ code }) => code && code !== 'BETFAIR_STORAGE_CONFLICT')).toEqual([]);
      expect(winners).toHaveLength(1);
      expect(losers).toHaveLength(RACERS - 1);
      expect(await storage.read(key)).toEqual(winners[0]);
      return winners[0]?.version ?? '';
    }

    it(`one creates, ${ROUNDS} times`, async () => {
      const run = randomUUID();
      for (let round = 0; round < ROUNDS; round++)
        await race(`${run}.${round}`, { ifAbsent: true });
    }, 120_000);

    it(`one replaces, ${ROUNDS} times, and none goes back to a version`, async () => {
      const key = randomUUID();
      const versions = [await storage.write(key, 'start', { ifAbsent: true })];
      for (let round = 0; round < ROUNDS; round++) {
        versions.push(await race(key, { ifVersion: versions.at(-1) ?? '' }));
      }
      expect(new Set(versions).size).toBe(ROUNDS + 1);
    }, 120_000);
  });
}

class Racer {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(url: string) {
    this.#child = fork(PROGRAM, [compiledPackage(), url]);
    this.#ended = once(this.#child, 'exit');
  }

  /** What it writes. */
  get value(): string {
    return `written by ${this.#child.pid}`;
  }

  /** What it tells next, first that it is ready. */
  async report(): Promise<Report> {
    return new Promise((resolve, reject) => {
      this.#child.once('message', resolve);
      void this.#ended.then(() => reject(new Error('A process ended.')));
    });
  }

  async write(key: string, condition: WriteCondition): Promise<Report> {
    const reported = this.report();
    this.#child.send({ key, value: this.value, condition });
    return reported;
  }

  async stop(): Promise<void> {
    this.#child.disconnect();
    await this.#ended;
  }
}
