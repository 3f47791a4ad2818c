import { Socket } from 'node:net';
import { BetfairConfigurationError } from '../../errors/index.js';
import { onAbort, reasonOf } from '../abort-listener.js';
import { formatAddress, type HostAndPort } from '../host-and-port.js';
import { namedProxy, proxyAgent } from './proxy.js';
import { closeSocket } from './spare-socket.js';
import { buildConnector, type Client, Dispatcher } from './undici.js';

type Connector = buildConnector.connector;

const direct = buildConnector({ timeout: 0 });

/**
 * Opens a TCP connection, through the proxy that the environment names for TLS (`HTTPS_PROXY`, `NO_PROXY`). It takes as
 * long as it takes, until `signal` aborts.
 *
 * @throws BetfairConfigurationError the environment names a proxy that cannot be used; or the error of the connection,
 * or the reason of the signal
 */
export async function openTcpConnection(server: HostAndPort, signal: AbortSignal): Promise<Socket> {
  // A plain one: the caller speaks TLS in it, without what undici would offer there.
  const address = formatAddress(server);
  const port = String(server.port);
  const options = { hostname: server.host, host: address, protocol: 'http:', port };
  const proxy = namedProxy();
  if (proxy === undefined) return connect(direct, options, signal);
  const isSocks = proxy.toLowerCase().startsWith('socks');
  let chosen: Connector = direct;
  const agent = proxyAgent({
    // The target is no https: one. In place of a SOCKS proxy another one shows if the target is an exception.
    httpProxy: isSocks ? 'http://localhost' : proxy,
    connect: direct,
    factory: (_origin, { connect: way }: Client.Options) =>
      new Way(() => (chosen = typeof way === 'function' ? way : direct)),
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

/** Stands for the way to a server that an agent has chosen, and sends nothing. */
class Way extends Dispatcher {
  constructor(private readonly onChosen: () => void) {
    super();
  }

  override dispatch(): boolean {
    this.onChosen();
    return true;
  }

  override async close(): Promise<void> {}

  override async destroy(): Promise<void> {}
}

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
      // The connector of a proxy has no such thing yet.
      if (started instanceof Socket) closeSocket(started);
      reject(reasonOf(signal));
    });
  });
}
