import { RedisServer } from './redis.server.js';
import { RESUMED, runSampleTwice } from './store.sample.js';

afterAll(() => RedisServer.stopAll());

it('the sample keeps its session in Redis, and a restart resumes it', async () => {
  const server = await RedisServer.start();
  const outcome = await runSampleTwice(`redis://${server.address}`);
  expect(outcome).toEqual(RESUMED);
  const [name = ''] = Object(await server.admin.call('KEYS', '*.token}'));
  expect(await server.admin.call('GET', name)).toContain(`\n${outcome.tokens[0]}`);
});
