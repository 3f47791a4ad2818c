// A plain HTTPS server in place of the API, which looks at nothing. `/book` is a market book of 1 MB, `/chunked` the same
// without its length in the headers, all else a small answer.
import { once } from 'node:events';
import { createServer } from 'node:https';
import { generate } from 'selfsigned';
import { marketBook, SMALL } from './answers.mjs';

const BOOK = marketBook();
const BODIES = { '/book': BOOK, '/chunked': BOOK };

export async function start() {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  const server = createServer({ cert, key, keepAliveTimeout: 180_000 }, (request, response) => {
    const body = BODIES[request.url] ?? SMALL;
    request.resume().once('end', () => {
      response
        .writeHead(200, {
          'content-type': 'application/json',
          ...(request.url !== '/chunked' && { 'content-length': Buffer.byteLength(body) }),
        })
        .end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `https://127.0.0.1:${server.address().port}`, ca: cert };
}
