import * as tls from 'node:tls';
import { EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { BetfairConfigurationError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
import type { TlsCredentials } from './client-certificate.js';

/** Additional trusted certificate authorities, PEM. */
export type CertificateAuthorities = readonly (string | Buffer)[];

/** To one host; a burst of calls then waits for a connection instead of for a thousand handshakes. */
const MOST_CONNECTIONS = 64;

/** What differs between the connections to the identity service and those to the API. */
export interface TransportOptions {
  /** The client certificate; only the login presents one. */
  readonly credentials?: TlsCredentials;
  /** Milliseconds to connect; 10 s when left out. */
  readonly connectTimeout?: number;
  /** Bytes; bounds what a hostile reply can cost. None when left out. */
  readonly maxResponseSize?: number;
}

/**
 * A connection pool that trusts `ca` beside the usual authorities and goes through the proxy that the environment names
 * (`HTTPS_PROXY`, `NO_PROXY`). Certificate checking is never switched off.
 *
 * @throws BetfairConfigurationError the environment names a proxy that cannot be used
 */
export function createTransport(
  ca: CertificateAuthorities,
  { credentials, connectTimeout = 10_000, maxResponseSize = -1 }: TransportOptions = {},
): Dispatcher {
  const connect = {
    // Said, so that NODE_TLS_REJECT_UNAUTHORIZED cannot give a password to whoever answers.
    rejectUnauthorized: true,
    ...trusting(ca, credentials),
    timeout: connectTimeout,
  };
  try {
    return new EnvHttpProxyAgent({
      connections: MOST_CONNECTIONS,
      connect,
      // Behind a proxy the handshake with Betfair is made inside the tunnel, with the same.
      requestTls: connect,
      maxResponseSize,
    });
  } catch (error) {
    // Not quoted: the URL of a proxy may hold a password, and undici's error holds the URL.
    throw new BetfairConfigurationError(
      'the environment variable HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy. Write it as http://proxy.example:3128.',
      { cause: safeCause(error) },
    );
  }
}

type Trust = tls.SecureContextOptions & { readonly secureContext?: tls.SecureContext };

/**
 * By what they trust. Node reads some 150 authorities for a context, which holds up the process for about 50 ms, and
 * would do so for every connection.
 */
const contexts = new Map<string, tls.SecureContext>();

function trusting(ca: CertificateAuthorities, credentials?: TlsCredentials): Trust {
  if (ca.length === 0) return { ...credentials };
  const trusted = [...trustedByDefault(), ...ca];
  // Not kept: it holds a private key, and a login is rare.
  if (credentials) return { ca: trusted, ...credentials };
  const key = ca.join();
  const secureContext = contexts.get(key) ?? tls.createSecureContext({ ca: trusted });
  contexts.set(key, secureContext);
  return { secureContext };
}

/** `ca` replaces the default authorities, so they must be named with it. */
function trustedByDefault(): readonly string[] {
  // Node 22.15: also has NODE_EXTRA_CA_CERTS and the system's store where these are switched on.
  const newer: typeof tls & { getCACertificates?: () => readonly string[] } = tls;
  return newer.getCACertificates?.() ?? tls.rootCertificates;
}
