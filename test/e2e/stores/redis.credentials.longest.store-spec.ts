import { RedisServer } from './redis.server.js';
import { ABSENT, DRIVER, hidesCredentials, playedServer } from './store.credentials.js';

afterAll(() => RedisServer.stopAll());

hidesCredentials('redis', '/0', [
  {
    name: 'refuses them',
    code: /WRONGPASS/,
    starts: true,
    async start() {
      const server = await RedisServer.start();
      return { address: server.address, stop: () => server.stop() };
    },
  },
  ABSENT,
  playedServer(
    { name: 'repeats all that it gets', code: /UNEXPECTED_REPLY/, starts: false },
    (socket, data) => {
      socket.write(data);
    },
  ),
  playedServer(
    {
      name: 'quotes them in errors',
      code: /WRONGPASS/,
      starts: true,
      shownIn: [DRIVER],
    },
    (socket, data) => {
      const quoted = data.toString().replaceAll(/[\r\n]+/g, ' ');
      socket.write(`-WRONGPASS invalid username-password pair: ${quoted}\r\n`);
    },
  ),
]);
