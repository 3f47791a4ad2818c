import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Of the network 127.0.0.0/8; Linux answers under all of them, if a server listens there. */
const LOOPBACK = ['127.0.0.1', '127.0.0.2', '::1'];
/** Milliseconds in which this machine answers itself or refuses. */
const ANSWERED_WITHIN_MS = 5_000;

/** The addresses of this machine at which something answers on a port. */
export async function addressesOf(port: number): Promise<readonly string[]> {
  const known = Object.values(networkInterfaces()).flatMap((all = []) => all);
  const addresses = new Set([...LOOPBACK, ...known.map(({ address }) => address)]);
  const answers = await Promise.all(
    Array.from(addresses, async (address) => ((await isAnswered(address, port)) ? [address] : [])),
  );
  return answers.flat();
}

/** The addresses of this machine at which a server answers that listens everywhere. */
export async function allAddresses(): Promise<readonly string[]> {
  const server = createServer((socket) => socket.destroy()).listen(0);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  const all = await addressesOf(address.port);
  server.close();
  return all;
}

async function isAnswered(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  socket.on('error', () => undefined);
  const connected = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  const outcome = await Promise.race([connected, delay(ANSWERED_WITHIN_MS, false, { ref: false })]);
  socket.destroy();
  return outcome;
}
