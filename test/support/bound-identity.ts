import { once } from 'node:events';
import { createServer } from 'node:https';
import type { SessionService } from 'nestjs-betfair-session';
import { serverCertificate } from '../../lib/testing/simulator/http/certificates.js';

/** The keepAlive of a Betfair that binds each session to the address that logged in. */
export interface BoundIdentity {
  /** URL of keepAlive as seen from one address. */
  readonly keepAlive: (address: number) => string;
  /** Gives what a service logs in with to an address. */
  readonly bind: (sessions: SessionService, address: number) => void;
  readonly close: () => Promise<void>;
}

export async function startBoundIdentity(): Promise<BoundIdentity> {
  const owners = new Map<string, string>();
  const server = createServer(await serverCertificate(), (request, response) => {
    const token = String(request.headers['x-authentication']);
    const isAlive = owners.get(token) === request.url;
    const body = isAlive
      ? { status: 'SUCCESS', error: '' }
      : { status: 'FAIL', error: 'NO_SESSION' };
    response.setHeader('content-type', 'application/json');
    request.resume().on('end', () => response.end(JSON.stringify({ token, product: '', ...body })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    keepAlive: (from) => `https://127.0.0.1:${port}/${from}`,
    bind: (sessions, from) =>
      void sessions.events$.subscribe(({ type }) => {
        const { current } = sessions;
        if (type === 'loggedIn' && current) owners.set(current.token, `/${from}`);
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
