import type { Socket } from 'node:net';
import { startPostgres } from './postgres.server.mjs';
import { ABSENT, DRIVER, hidesCredentials, playedServer } from './store.credentials.js';

/** Asks for the password in clear text. */
const ASK = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
const PASSWORD_MESSAGE = 0x70;

/** Has the password sent, and answers with what `answer` makes of it. */
function afterPassword(answer: (data: Buffer) => Buffer) {
  return (socket: Socket, data: Buffer) => {
    if (data[0] === PASSWORD_MESSAGE) socket.end(answer(data));
    else socket.write(ASK);
  };
}

/** An error of the server, in every field that has a text. */
function errorResponse(text: string): Buffer {
  const fields = ['SFATAL', 'C28P01', `M${text}`, `D${text}`, `H${text}`, `W${text}`];
  const body = Buffer.from(`${fields.join('\0')}\0\0`);
  const head = Buffer.from([0x45, 0, 0, 0, 0]);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

hidesCredentials('postgres', '/postgres', [
  {
    name: 'refuses them',
    code: /28P01/,
    starts: true,
    async start() {
      const server = await startPostgres();
      return { address: `127.0.0.1:${server.port}`, stop: () => server.stop() };
    },
  },
  ABSENT,
  playedServer(
    { name: 'answers them with garbage', code: /no answer/, starts: true },
    afterPassword((data) => Buffer.concat([Buffer.from('HTTP/1.1 400 '), data])),
  ),
  playedServer(
    {
      name: 'quotes them in errors',
      code: /28P01/,
      starts: true,
      shownIn: [DRIVER],
    },
    afterPassword((data) => errorResponse(data.subarray(5).toString().replaceAll('\0', ''))),
  ),
]);
