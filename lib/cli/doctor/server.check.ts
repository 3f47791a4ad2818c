import { systemClock } from '../../common/clock.js';
import { formatAddress } from '../../common/host-and-port.js';
import { explainConnectionFailure } from '../../common/http/connection-failure.js';
import { namedProxy } from '../../common/http/proxy.js';
import { closeSocket } from '../../common/http/spare-socket.js';
import { openTlsConnection, type TlsServer } from '../../common/http/tls-connection.js';
import { number, read, text } from '../../common/unknown-values.js';
import { BetfairConfigurationError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';
import { type Finding, fail, ok, warn } from './finding.js';
import type { UsedServer } from './servers.js';

/**
 * Opens a TLS connection to a server and closes it.
 *
 * @throws BetfairConfigurationError the proxy of the environment cannot be used
 */
export async function checkServer(
  server: UsedServer & TlsServer,
  prefix: string,
): Promise<Finding> {
  const name = `${formatAddress(server)} (${server.uses.join(', ')})`;
  try {
    const socket = await openTlsConnection(server, systemClock);
    const protocol = socket.getProtocol() ?? 'TLS';
    closeSocket(socket);
    return ok(`${name}: name, connection and ${protocol.replace('v', ' ')} are fine.`);
  } catch (error) {
    if (error instanceof BetfairConfigurationError) throw error;
    const why = `${name}: ${explain(error, server, prefix)}`;
    return server.isOptional
      ? warn(`${why} Only applications that use the Stream API need it.`)
      : fail(why);
  }
}

/** Explains how far the connection came, and what to do. */
function explain(error: unknown, server: UsedServer, prefix: string): string {
  const cause = safeCause(error);
  const code = text(cause, 'code') ?? '';
  const isLookup = text(error, 'syscall') === 'getaddrinfo';
  const isServer = !isOfProxy(error, server);
  const who = isServer ? 'the server' : 'the proxy';
  if (isLookup) {
    return code === 'ENOTFOUND'
      ? `DNS: there is no host of ${isServer ? 'this' : "the proxy's"} name. Check the spelling${isServer ? ` (${prefix}ENDPOINT_...)` : ' (HTTPS_PROXY)'}, and the DNS of this machine.`
      : `DNS: no answer (${code}). Check the DNS and the network of this machine.`;
  }
  const tunnel = /^Proxy response \((\d{3})\)/.exec(text(error, 'message') ?? '')?.[1];
  if (tunnel !== undefined) return explainTunnel(tunnel);
  const refusals: Readonly<Record<string, string>> = {
    ECONNREFUSED: `TCP: ${who} refused the connection (${code}). Check the port, and look for a firewall.`,
    ETIMEDOUT: `TCP or TLS: no connection in 10 seconds. A firewall may drop what is sent: allow connections to it, or name a proxy (HTTPS_PROXY).`,
    EHOSTUNREACH: `TCP: there is no way to ${who} (${code}). Check the network of this machine.`,
    ENETUNREACH: `TCP: there is no way to ${who} (${code}). Check the network of this machine.`,
    ECONNRESET: `TLS: the connection was cut (${code}). Look for a firewall or a proxy in between.`,
  };
  const refusal = refusals[code];
  if (refusal !== undefined) return refusal;
  const authority = `${prefix}CA_FILE to the file of that authority's certificate (PEM)`;
  const { reason, advice } = explainConnectionFailure(cause, authority);
  return `TLS: ${reason}. ${advice ?? 'Look for a firewall or a proxy in between.'}`;
}

function explainTunnel(status: string): string {
  return status === '407'
    ? 'The proxy wants a user name and a password (407). Name them: HTTPS_PROXY=http://user:password@host:port.'
    : `The proxy refused the connection (${status}). Ask who runs it to allow this address, or bypass it (NO_PROXY).`;
}

/** Tells if the proxy could not be reached. An error names what was connected to. */
function isOfProxy(error: unknown, server: UsedServer): boolean {
  const proxy = namedProxy();
  if (proxy === undefined || !URL.canParse(proxy)) return false;
  const { hostname, port, protocol } = new URL(proxy);
  // If a name has several addresses, there is an error for each.
  const errors = read(error, 'errors');
  const failed: unknown = Array.isArray(errors) ? errors[0] : error;
  if ([text(failed, 'hostname'), text(failed, 'address')].includes(hostname)) return true;
  const defaultPort = protocol === 'https:' ? 443 : 80;
  const portOfProxy = port === '' ? defaultPort : Number(port);
  return number(failed, 'port') === portOfProxy && portOfProxy !== server.port;
}
