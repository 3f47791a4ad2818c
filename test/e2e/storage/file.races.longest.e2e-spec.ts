import { FileStorage, type WriteCondition } from 'nestjs-betfair-session';
import { type Worker, Workers } from './support/file-workers.js';
import { newDirectory, removeDirectories } from '../../storage/support/folders.js';

const ROUNDS = 200;
const RACERS = 8;

let workers: Workers;
let storage: FileStorage;
let racers: Worker[];
beforeAll(async () => {
  workers = await Workers.build();
  storage = new FileStorage({ directory: await newDirectory() });
  await storage.open();
  racers = Array.from({ length: RACERS }, () => workers.start(storage.directory, { name: 'race' }));
  await Promise.all(racers.map((racer) => racer.report()));
}, 60_000);
afterAll(async () => {
  await workers.close();
  await removeDirectories();
});

/** Eight processes write at once under one condition; the version of the only winner. */
async function race(key: string, condition: WriteCondition): Promise<string> {
  const values = racers.map((racer) => `written by ${racer.child.pid}`);
  const reports = await Promise.all(
    racers.map((racer, index) => racer.write({ key, value: values[index] ?? '', condition })),
  );
  const won = reports.flatMap(({ result, version }, index) =>
    result === 'done' ? [{ value: values[index], version }] : [],
  );
  expect(reports.filter(({ result }) => result === 'conflict')).toHaveLength(RACERS - 1);
  expect(await storage.read(key)).toEqual(won[0]);
  return won[0]?.version ?? '';
}

describe('of eight processes on one directory', () => {
  it('one creates, 200 times', async () => {
    for (let round = 0; round < ROUNDS; round++) await race(`round-${round}`, { ifAbsent: true });
  }, 120_000);

  it('one replaces, 200 times', async () => {
    let ifVersion = await storage.write('one-object', 'start', { ifAbsent: true });
    for (let round = 0; round < ROUNDS; round++)
      ifVersion = await race('one-object', { ifVersion });
  }, 120_000);
});
