// A plain HTTPS server in place of the API, which looks at nothing. `/book` is a market book of 1 MB, `/long` 50 MB in
// pieces, all else a small answer.
import { once } from 'node:events';
import { createServer } from 'node:https';
import { Readable } from 'node:stream';
import { alternativeNames } from '../node_modules/nestjs-betfair-session/dist/esm/identity/certificate/certificate.extensions.js';
import { writeCertificate } from '../node_modules/nestjs-betfair-session/dist/esm/identity/certificate/certificate.writer.js';
import { marketBook, SMALL } from './answers.mjs';

const BOOK = marketBook();
const PIECE = Buffer.alloc(100_000, 'a');

export async function start() {
  const { cert, key } = await writeCertificate({
    commonName: 'localhost',
    keyType: 'ec',
    extensions: [alternativeNames('127.0.0.1')],
  });
  const server = createServer({ cert, key, keepAliveTimeout: 180_000 }, (request, response) => {
    let asked = '';
    request
      .setEncoding('latin1')
      .on('data', (text) => (asked += text))
      .once('end', () => {
        response.setHeader('content-type', 'application/json');
        if (request.url === '/long') {
          Readable.from(Array.from({ length: 500 }, () => PIECE)).pipe(response);
          return;
        }
        const [, id = '1'] = /"id":(\d+)/.exec(asked) ?? [];
        const body = request.url === '/book' ? BOOK : SMALL.replace('"id":1}', `"id":${id}}`);
        response.setHeader('content-length', Buffer.byteLength(body));
        response.end(body);
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `https://127.0.0.1:${server.address().port}`, ca: cert };
}
