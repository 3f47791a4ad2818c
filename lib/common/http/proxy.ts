import { BetfairConfigurationError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';
import { type EnvHttpProxyAgent, undici } from './undici.js';

/** Milliseconds for a proxy to open a tunnel. */
const TUNNEL_TIMEOUT_MS = 10_000;

/** Tells if the environment names a proxy for `https:`, with or without exceptions (`NO_PROXY`). */
export function namesProxy(): boolean {
  return namedProxy() !== undefined;
}

/** Proxy of the environment for `https:`. */
export function namedProxy(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { https_proxy, HTTPS_PROXY, http_proxy, HTTP_PROXY } = env;
  return (https_proxy ?? HTTPS_PROXY) || (http_proxy ?? HTTP_PROXY) || undefined;
}

/**
 * Creates connections through the proxy of the environment (`HTTPS_PROXY`, `NO_PROXY`).
 *
 * @throws BetfairConfigurationError the environment names a proxy that cannot be used
 */
export function proxyAgent(
  options: EnvHttpProxyAgent.Options & Required<Pick<EnvHttpProxyAgent.Options, 'factory'>>,
): EnvHttpProxyAgent {
  const { EnvHttpProxyAgent, Pool } = undici();
  try {
    return new EnvHttpProxyAgent({
      ...options,
      // A proxy may never answer the request for a tunnel.
      clientFactory: (origin, settings) =>
        new Pool(origin, { ...settings, headersTimeout: TUNNEL_TIMEOUT_MS }),
    });
  } catch (error) {
    // The error of undici is not quoted: it has the URL, which may hold a password.
    throw new BetfairConfigurationError(
      'the environment variable HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy. Write it as http://proxy.example:3128.',
      { cause: safeCause(error) },
    );
  }
}
