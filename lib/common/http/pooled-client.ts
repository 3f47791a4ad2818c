import type { Socket } from 'node:net';
import { type Client, undici } from './undici.js';

/** Node's own function, even if a test replaces it: it waits for the network, not for time. */
const inMicrotask = queueMicrotask;

/** Creates an undici client for one open connection. It does not open another one when that ends. */
export function clientFor(origin: URL, socket: Socket, options: Client.Options): Client {
  let unused: Socket | undefined = socket;
  return new (undici().Client)(origin, {
    ...options,
    connect: (_options, callback) => {
      const given = unused;
      unused = undefined;
      // Later, because undici would not send the request after an immediate callback.
      if (given) inMicrotask(() => callback(null, given));
      else callback(new Error('The connection has ended.'), null);
    },
  });
}
