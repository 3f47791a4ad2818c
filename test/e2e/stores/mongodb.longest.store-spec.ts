import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { MongoClient } from 'mongodb';
import { sessionStorageConformance } from 'nestjs-betfair-session/testing';
import { mongoDbStorage } from '../../readme/snippets/mongodb.storage.js';
import { MongoFake } from './mongodb.fake.js';
import { ROUNDS } from './rounds.js';

let fake: MongoFake;
let client: MongoClient;

beforeAll(async () => {
  fake = await MongoFake.start();
  client = new MongoClient(fake.url, { serverSelectionTimeoutMS: 5_000 });
});
afterAll(async () => {
  await client?.close();
  await fake?.stop();
});

const create = () => mongoDbStorage(client.db());

describe('the MongoDB recipe keeps the contract', () => {
  for (const { name, run } of sessionStorageConformance({ create, rounds: ROUNDS })) it(name, run);
});

it('the MongoDB recipe takes no lost answer for a conflict', async () => {
  const [store, key] = [create(), randomUUID()];
  fake.loseAnswer();
  const first = await store.write(key, 'first', { ifAbsent: true });
  expect(await store.read(key)).toEqual({ value: 'first', version: first });
  fake.loseAnswer();
  const second = await store.write(key, 'second', { ifVersion: first });
  expect(await store.read(key)).toEqual({ value: 'second', version: second });
  fake.loseAnswer();
  await store.delete(key, { ifVersion: second });
  expect(await store.read(key)).toBeUndefined();
});

it('the MongoDB recipe is denied without rights, unavailable without a server, and shows no secret', async () => {
  const nowhere = new MongoClient('mongodb://127.0.0.1:1/bot', { serverSelectionTimeoutMS: 100 });
  fake.deny(true);
  for (const [store, code] of [
    [create(), 'BETFAIR_STORAGE_DENIED'],
    [mongoDbStorage(nowhere.db()), 'BETFAIR_STORAGE_UNAVAILABLE'],
  ] as const) {
    for (const operation of [
      () => store.read('key'),
      () => store.write('key', 'CANARY-token', { ifAbsent: true }),
      () => store.write('key', 'CANARY-token', { ifVersion: 'v' }),
      () => store.delete('key', { ifVersion: 'v' }),
    ]) {
      const error: unknown = await operation().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code });
      expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('CANARY');
    }
  }
  fake.deny(false);
  await nowhere.close();
});
