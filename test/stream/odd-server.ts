import { once } from 'node:events';
import { createServer, type TLSSocket } from 'node:tls';
import { serverCertificate } from '../../lib/testing/simulator/http/certificates.js';

const servers: OddServer[] = [];

/** A TLS server that says what a test wants, and nothing by itself. */
export class OddServer {
  readonly sockets: TLSSocket[] = [];
  /** Everything that clients sent, as text. */
  received = '';

  private constructor(
    readonly port: number,
    readonly ca: string,
    private readonly end: () => void,
  ) {}

  static async start(onConnection: (socket: TLSSocket) => void): Promise<OddServer> {
    const { cert, key, ca } = await serverCertificate();
    const server = createServer({ cert, key }, (socket) => {
      odd.sockets.push(socket);
      socket.on('error', () => socket.destroy());
      socket.on('data', (bytes) => (odd.received += bytes.toString()));
      onConnection(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const odd = new OddServer(port, ca, () => server.close());
    servers.push(odd);
    return odd;
  }

  get address() {
    return { host: '127.0.0.1', port: this.port, ca: this.ca };
  }

  close(): void {
    this.end();
    for (const socket of this.sockets) socket.destroy();
  }
}

/** Ends all servers; for `afterEach`. */
export function closeOddServers(): void {
  for (const server of servers.splice(0)) server.close();
}
