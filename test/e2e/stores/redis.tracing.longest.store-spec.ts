import { watch } from './redis.monitor.js';
import { RedisServer } from './redis.server.js';
import { seenIn, trace } from './tracing.js';

afterAll(() => RedisServer.stopAll());

it.each(['url', 'ioredis', 'redis'])(
  'tracing shows no token of RedisStorage, which goes to the server with SET only (%s)',
  async (store) => {
    const server = await RedisServer.start();
    const { result, commands } = await watch(server, () =>
      trace(store, `redis://${server.address}`),
    );
    const { tokens, counts, spans } = result;
    expect(counts).toMatchObject({ logins: 2, logouts: 1 });
    expect(new Set(tokens).size).toBe(2);
    for (const command of ['GET', 'SET', 'EVAL']) {
      const texts = spans
        .filter(({ name }) => name.endsWith(command))
        .map(({ attributes }) => attributes['db.query.text']);
      expect(texts).toContainEqual(expect.stringMatching(/ \{session-\w+\.token\}/));
    }
    const shown = JSON.stringify(spans);
    expect(seenIn(shown, 'CANARY-that-tracing-shows')).toEqual(['text']);
    for (const token of tokens) {
      expect(seenIn(shown, token)).toEqual([]);
      const telling = commands.filter((command) => seenIn(command, token).length > 0);
      expect(telling).toEqual([expect.stringMatching(/^set \{session-\w+\.token\}\./i)]);
    }
    expect(commands.filter((command) => /^eval /i.test(command)).length).toBeGreaterThan(
      tokens.length,
    );
  },
);
