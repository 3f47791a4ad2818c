// A server in place of the Stream API, which looks at nothing: a connection that subscribes to the market `changes` or
// `images` gets them all at once. The last message has `"clk":"end"`.
import { once } from 'node:events';
import { createServer } from 'node:tls';
import { alternativeNames } from '../node_modules/nestjs-betfair-session/dist/esm/identity/certificate/certificate.extensions.js';
import { writeCertificate } from '../node_modules/nestjs-betfair-session/dist/esm/identity/certificate/certificate.writer.js';
import { changes, images } from './stream.messages.mjs';

/** Changes that are made; they are sent again and again. */
const DIFFERENT_CHANGES = 2_000;
const DIFFERENT_IMAGES = 2;

function line(message) {
  return `${JSON.stringify(message)}\r\n`;
}

function repeated(messages, count) {
  const text = messages.map(line).join('');
  return Buffer.from(text.repeat(Math.ceil(count / messages.length)));
}

export async function start({ changeCount, imageCount }) {
  const { cert, key } = await writeCertificate({
    commonName: 'localhost',
    keyType: 'ec',
    extensions: [alternativeNames('127.0.0.1')],
  });
  const sent = {
    changes: repeated(changes(DIFFERENT_CHANGES), changeCount),
    images: repeated(images(DIFFERENT_IMAGES), imageCount),
  };
  const server = createServer({ cert, key, noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.write(line({ op: 'connection', connectionId: '101-010126120000-1' }));
    socket.setEncoding('utf8').on('data', (text) => {
      for (const asked of text.split('\r\n').filter(Boolean)) {
        const { op, id, marketFilter } = JSON.parse(asked);
        const status = { op: 'status', id, statusCode: 'SUCCESS', connectionClosed: false };
        socket.write(line(status));
        if (op !== 'marketSubscription') continue;
        socket.write(sent[marketFilter.marketIds[0]]);
        socket.write(line({ op: 'mcm', id, clk: 'end', pt: 0, ct: 'HEARTBEAT' }));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: server.address().port,
    ca: cert,
    bytes: Object.fromEntries(Object.entries(sent).map(([name, { length }]) => [name, length])),
  };
}
