import type { Socket } from 'node:net';
import { onAbort, reasonOf } from '../abort-listener.js';
import type { Clock } from '../clock.js';
import type { HostAndPort } from '../host-and-port.js';
import { boundedConnector } from './connector.js';
import { namesProxy, proxyAgent, tunnelOptions } from './proxy.js';
import { buildConnector, Dispatcher, type Client } from './undici.js';

/** Milliseconds to connect, with a proxy in between if there is one. */
const CONNECT_TIMEOUT_MS = 10_000;

const direct = buildConnector({ timeout: 0 });

/**
 * Opens a TCP connection, through the proxy that the environment names for TLS (`HTTPS_PROXY`, `NO_PROXY`).
 *
 * @throws BetfairConfigurationError the environment names a proxy that cannot be used; or the error of the connection,
 * or the reason of the signal
 */
export function openTcpConnection(
  { host, port }: HostAndPort,
  clock: Clock,
  signal: AbortSignal,
): Promise<Socket> {
  // A plain one: TLS is spoken by who asks for it, and what it offers there is not undici's.
  const url = new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const agent = namesProxy()
      ? proxyAgent({
          connect: direct,
          ...tunnelOptions(),
          factory: (_origin, { connect }: Client.Options) =>
            new Way(() => open(typeof connect === 'function' ? connect : direct)),
        })
      : undefined;
    const open = (connector: buildConnector.connector) => {
      const options = {
        hostname: host,
        host: url.host,
        protocol: url.protocol,
        port: String(port),
      };
      const cancel = boundedConnector(
        connector,
        CONNECT_TIMEOUT_MS,
        clock,
      )(options, (...[error, socket]: Parameters<buildConnector.Callback>) => {
        forget();
        void agent?.destroy();
        if (socket) resolve(socket);
        else reject(error);
      });
      const forget = onAbort(signal, () => {
        cancel();
        void agent?.destroy();
        reject(reasonOf(signal));
      });
    };
    if (agent) agent.dispatch({ origin: url, path: '/', method: 'GET' }, {});
    else open(direct);
  });
}

/** Stands for the way to a server that an agent has chosen, and sends nothing. */
class Way extends Dispatcher {
  constructor(private readonly onChosen: () => void) {
    super();
  }

  override dispatch(): boolean {
    this.onChosen();
    return true;
  }
}
