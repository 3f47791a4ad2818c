import { Socket } from 'node:net';
import { BetfairConfigurationError } from '../../errors/index.js';
import { onAbort, reasonOf } from '../abort-listener.js';
import { formatAddress, type HostAndPort } from '../host-and-port.js';
import { namedProxy, proxyAgent } from './proxy.js';
import { closeSocket } from './spare-socket.js';
import { type buildConnector, type Client, dispatcherTo, loadUndici } from './undici.js';

type Connector = buildConnector.connector;

/**
 * Opens a TCP connection, through the proxy of the environment for TLS (`HTTPS_PROXY`, `NO_PROXY`). Only `signal`
 * limits the time.
 *
 * @throws BetfairConfigurationError the proxy of the environment cannot be used; or the error of the connection, or the
 * reason of the signal
 */
export async function openTcpConnection(server: HostAndPort, signal: AbortSignal): Promise<Socket> {
  const { buildConnector } = await loadUndici();
  const direct = buildConnector({ timeout: 0 });
  // Without TLS, which the caller adds: undici would offer HTTP in it.
  const address = formatAddress(server);
  const port = String(server.port);
  const options = { hostname: server.host, host: address, protocol: 'http:', port };
  const proxy = namedProxy();
  if (proxy === undefined) return connect(direct, options, signal);
  const isSocks = proxy.toLowerCase().startsWith('socks');
  let chosen: Connector = direct;
  const agent = proxyAgent({
    // The target is not https:, so this is the proxy that counts. For SOCKS, another proxy shows if NO_PROXY applies.
    httpProxy: isSocks ? 'http://localhost' : proxy,
    connect: direct,
    factory: (_origin, { connect: way }: Client.Options) =>
      dispatcherTo({
        // Nothing is sent: that a request comes shows that this route was chosen.
        dispatch() {
          chosen = typeof way === 'function' ? way : direct;
          return true;
        },
        destroy: async () => undefined,
      }),
  });
  try {
    agent.dispatch({ origin: `http://${address}`, path: '/', method: 'GET' }, {});
    if (isSocks && chosen !== direct) throw new BetfairConfigurationError(SOCKS);
    return await connect(chosen, options, signal);
  } finally {
    await agent.destroy();
  }
}

const SOCKS =
  'the environment variable HTTPS_PROXY names a SOCKS proxy, which does not work for the Stream API. Use an HTTP proxy, or bypass it: NO_PROXY=stream-api.betfair.com.';

function connect(
  connector: Connector,
  options: buildConnector.Options,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const started: unknown = connector(
      options,
      (...[error, socket]: Parameters<buildConnector.Callback>) => {
        forget();
        if (signal.aborted && socket) closeSocket(socket);
        else if (socket) resolve(socket);
        else reject(error);
      },
    );
    const forget = onAbort(signal, () => {
      // Undici's own connector returns the socket; the connector of a proxy does not.
      if (started instanceof Socket) closeSocket(started);
      reject(reasonOf(signal));
    });
  });
}
