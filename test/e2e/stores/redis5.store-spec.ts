import { jest } from '@jest/globals';
import { sessionStorageConformance } from 'nestjs-betfair-session/testing';
import { RedisServer } from './redis.server.js';

// The oldest major version that is an optional peer, in place of the newest.
jest.unstable_mockModule('ioredis', () => import('ioredis5'));
const { RedisStorage } = await import('nestjs-betfair-session');

let server: RedisServer;

beforeAll(async () => {
  const admin = { password: 'CANARY' };
  server = await RedisServer.start({ flags: ['--requirepass', 'CANARY'], admin });
});
afterAll(() => RedisServer.stopAll());

it('is the one that is used', async () => {
  const [{ Redis }, { Redis: Redis5 }] = [await import('ioredis'), await import('ioredis5')];
  expect(Redis).toBe(Redis5);
});

const open = (password: string) =>
  new RedisStorage({ url: `redis://:${password}@${server.address}/1` });

const CASES = sessionStorageConformance({ create: () => open('CANARY'), rounds: 20 });

describe('RedisStorage by URL with ioredis 5: the contract', () => {
  for (const { name, run } of CASES) it(name, run);
});

it('RedisStorage by URL with ioredis 5 tells a wrong password', async () => {
  await expect(open('wrong').open()).rejects.toMatchObject({
    code: 'BETFAIR_STORAGE_DENIED',
    message: expect.stringContaining('(WRONGPASS)'),
  });
});
