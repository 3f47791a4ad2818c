import type { Socket } from 'node:net';
import { Client } from './undici.js';

/** That of Node, also where a test puts another in its place: it waits for the network, not for time. */
const inMicrotask = queueMicrotask;

/** A client of undici for one connection that is there already; when that ends, it makes no other. */
export function clientFor(origin: URL, socket: Socket, options: Client.Options): Client {
  let unused: Socket | undefined = socket;
  return new Client(origin, {
    ...options,
    connect: (_options, callback) => {
      const given = unused;
      unused = undefined;
      // Not at once: undici does not expect that, and would not send the request.
      if (given) inMicrotask(() => callback(null, given));
      else callback(new Error('The connection has ended.'), null);
    },
  });
}
