import { BetfairConfigurationError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';
import { EnvHttpProxyAgent, Pool } from './undici.js';

/** Milliseconds for the answer of a proxy to a request for a tunnel. */
const TUNNEL_TIMEOUT_MS = 10_000;

/** Tells if the environment names a proxy for `https:`, with or without exceptions (`NO_PROXY`). */
export function namesProxy(): boolean {
  return namedProxy() !== undefined;
}

/** The proxy that the environment names for `https:`. */
export function namedProxy(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { https_proxy, HTTPS_PROXY, http_proxy, HTTP_PROXY } = env;
  return (https_proxy ?? HTTPS_PROXY) || (http_proxy ?? HTTP_PROXY) || undefined;
}

/**
 * Makes connections by way of the proxy that the environment names (`HTTPS_PROXY`, `NO_PROXY`).
 *
 * @throws BetfairConfigurationError the environment names a proxy that cannot be used
 */
export function proxyAgent(
  options: EnvHttpProxyAgent.Options & Required<Pick<EnvHttpProxyAgent.Options, 'factory'>>,
): EnvHttpProxyAgent {
  try {
    return new EnvHttpProxyAgent({
      ...options,
      // A proxy that takes a request for a tunnel and never answers it.
      clientFactory: (origin, settings) =>
        new Pool(origin, { ...settings, headersTimeout: TUNNEL_TIMEOUT_MS }),
    });
  } catch (error) {
    // Not quoted: the URL of a proxy may hold a password, and undici's error holds the URL.
    throw new BetfairConfigurationError(
      'the environment variable HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy. Write it as http://proxy.example:3128.',
      { cause: safeCause(error) },
    );
  }
}
