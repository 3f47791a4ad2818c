import { BetfairConfigurationError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';
import { EnvHttpProxyAgent } from './undici.js';

/** Whether the environment names a proxy for `https:`, with or without exceptions (`NO_PROXY`). */
export function namesProxy(env: NodeJS.ProcessEnv = process.env): boolean {
  const { https_proxy, HTTPS_PROXY, http_proxy, HTTP_PROXY } = env;
  return Boolean((https_proxy ?? HTTPS_PROXY) || (http_proxy ?? HTTP_PROXY));
}

/**
 * Makes connections by way of the proxy that the environment names (`HTTPS_PROXY`, `NO_PROXY`).
 *
 * @throws BetfairConfigurationError the environment names a proxy that cannot be used
 */
export function proxyAgent(options: EnvHttpProxyAgent.Options): EnvHttpProxyAgent {
  try {
    return new EnvHttpProxyAgent(options);
  } catch (error) {
    // Not quoted: the URL of a proxy may hold a password, and undici's error holds the URL.
    throw new BetfairConfigurationError(
      'the environment variable HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy. Write it as http://proxy.example:3128.',
      { cause: safeCause(error) },
    );
  }
}
