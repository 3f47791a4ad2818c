import { FileStorage } from '../../../lib/storage/file/file.storage.js';
import { type Report, type Worker, Workers } from './support/file-workers.js';
import { newDirectory, removeDirectories } from '../../storage/support/folders.js';

/** How long the processes run. Raise it for a night's soak. */
const SECONDS = Number(process.env.STORAGE_SOAK_SECONDS ?? 5);
const KEY = 'counters';
const WRITERS = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8'];
const READERS = 2;

let workers: Workers;
beforeAll(async () => {
  workers = await Workers.build();
});
afterAll(async () => {
  await workers.close();
  await removeDirectories();
});

it(
  'loses no update of eight processes that are killed again and again, and shows readers only whole, newer values',
  async () => {
    const storage = new FileStorage({ directory: await newDirectory() });
    await storage.write(KEY, '{}', { ifAbsent: true });

    const acknowledged = new Map<string, number>();
    const violations: Report[] = [];
    let reads = 0;
    const onReport = (report: Report): void => {
      if (report.violation !== undefined || report.result === 'error') violations.push(report);
      if (report.id !== undefined) acknowledged.set(report.id, report.count ?? 0);
      if (report.reads !== undefined) reads++;
    };
    const startWriter = (id: string): Worker =>
      workers.start(storage.directory, { name: 'count', id }, { key: KEY, onReport });

    const readers = Array.from({ length: READERS }, () =>
      workers.start(storage.directory, { name: 'watch' }, { key: KEY, onReport }),
    );
    const writers = new Map(WRITERS.map((id) => [id, startWriter(id)]));
    const kills = new Map<string, number>();
    const end = performance.now() + SECONDS * 1000;
    while (performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 200));
      const id = WRITERS[Math.floor(Math.random() * WRITERS.length)] ?? 'w1';
      // One that has just started has nothing to lose yet.
      if (writers.get(id)?.last.id === undefined) continue;
      await writers.get(id)?.kill();
      kills.set(id, (kills.get(id) ?? 0) + 1);
      writers.set(id, startWriter(id));
    }
    await Promise.all([...writers.values(), ...readers].map((worker) => worker.kill()));

    expect(violations).toEqual([]);
    const counters: Record<string, number> = JSON.parse((await storage.read(KEY))?.value ?? '{}');
    for (const id of WRITERS) {
      const count = acknowledged.get(id) ?? 0;
      expect(counters[id] ?? 0).toBeGreaterThanOrEqual(count);
      // The end was a kill as well: one increment may have been decided and not reported, and another one by the worker
      // before if the last had reported nothing yet.
      const unreported = writers.get(id)?.last.id === undefined ? 2 : 1;
      expect(counters[id] ?? 0).toBeLessThanOrEqual(count + unreported);
    }
    const updates = [...acknowledged.values()].reduce((sum, count) => sum + count, 0);
    const killed = [...kills.values()].reduce((sum, count) => sum + count, 0);
    expect(updates).toBeGreaterThan(WRITERS.length);
    expect(reads).toBeGreaterThan(0);
    expect(killed).toBeGreaterThan(0);
    console.info(`${updates} updates, ${killed} kills, ${reads} reads in ${SECONDS} s`);
  },
  SECONDS * 1000 + 60_000,
);
