import { RedisStorage } from 'nestjs-betfair-session';
import { RedisServer } from './redis.server.js';
import { describeRaces } from './store.races.js';

afterAll(() => RedisServer.stopAll());

describeRaces('RedisStorage', async () => {
  const server = await RedisServer.start();
  const url = `redis://${server.address}`;
  return { url, storage: new RedisStorage({ url }) };
});
