import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { BetfairSessionOptions, SessionService } from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { serverCertificate } from '../../lib/testing/simulator/http/certificates.js';
import { createAccount } from './account.js';
import type { RecordingLogger } from './application.js';
import type { VirtualClock } from './virtual.clock.js';

/** A server of a test's own in the place of the API; the identity service is the simulator. */
export interface OwnApi {
  readonly sessions: SessionService;
  readonly simulator: BetfairSimulator;
  readonly logger: RecordingLogger;
  readonly server: Server;
  readonly url: string;
  /** TLS connections so far. */
  readonly connections: () => number;
  /** Requests so far. */
  readonly requests: () => number;
}

const servers = new Set<Server>();

export async function startOwnApi(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
  overrides: Partial<BetfairSessionOptions> = {},
  clock?: VirtualClock,
): Promise<OwnApi> {
  let connections = 0;
  let requests = 0;
  const server = createServer({ ...(await serverCertificate()), keepAliveTimeout: 300_000 });
  server.on('secureConnection', () => (connections += 1));
  server.on('request', (request, response) => {
    requests += 1;
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.add(server);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `https://127.0.0.1:${port}`;
  const account = await createAccount();
  const { endpoints } = account.simulator.options();
  const { sessions, logger } = await account.start(
    { storage: 'mem://', endpoints: { ...endpoints, api: url }, ...overrides },
    clock,
  );
  return {
    sessions,
    logger,
    simulator: account.simulator,
    server,
    url,
    connections: () => connections,
    requests: () => requests,
  };
}

/** For `afterEach`, before the accounts are closed. */
export async function closeOwnApis(): Promise<void> {
  for (const server of servers) {
    // A handshake may still be under way.
    server.on('secureConnection', (socket: TLSSocket) => socket.destroy());
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  servers.clear();
}

/** Answers JSON-RPC: `replies` are completed with the ids of the calls, in their order. */
export function answerCalls(
  replies: readonly object[],
  order?: readonly number[],
): RequestListener {
  return (request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const asked: unknown = JSON.parse(text);
      const ids = [asked].flat().map((call) => Object(call).id);
      const answers = replies.map((reply, index) => ({
        ...reply,
        id: ids[order?.[index] ?? index],
      }));
      const body = Array.isArray(asked) ? answers : answers[0];
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  };
}

/** Answers with JSON once the request has arrived. */
export function answer(body: unknown, status = 200): RequestListener {
  return (request, response) => {
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  };
}
