import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';

/** What came back for a request that was written byte by byte. */
export interface RawReply {
  readonly status: number;
  /** Status line and headers, as they came. */
  readonly head: string;
  readonly body: string;
}

/** The text of a request: its lines, with the length of the body filled in where they say `{length}`. */
export function rawRequest(lines: readonly string[], body = ''): string {
  const head = lines.join('\r\n').replace('{length}', String(Buffer.byteLength(body)));
  return `${head}\r\n\r\n${body}`;
}

/** Writes `request` to a TLS connection of its own and reads until the whole answer has come. */
export async function exchange(
  origin: string,
  request: string,
  tls: { readonly ca: string; readonly cert?: string; readonly key?: string },
): Promise<RawReply> {
  const { hostname: host, port } = new URL(origin);
  const socket = connect({ host, port: Number(port), ...tls });
  let received = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    received += chunk;
    if (isWhole(received)) socket.end();
  });
  socket.write(request);
  await text(socket);
  const [head = '', ...body] = received.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body: body.join('\r\n\r\n') };
}

function isWhole(received: string): boolean {
  const [head = '', ...body] = received.split('\r\n\r\n');
  const [, length] = /^content-length: (\d+)/im.exec(head) ?? [];
  return Buffer.byteLength(body.join('\r\n\r\n')) >= Number(length ?? Number.NaN);
}
