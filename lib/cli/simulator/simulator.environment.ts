import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BetfairSimulator } from '../../testing/simulator/betfair-simulator.js';
import { CERTIFICATE_FILES } from './simulator.certificates.js';

/** Must be URL-encoded by whoever logs in, and needs nothing but single quotes in a shell. */
export const PASSWORD = 'p&ss+wörd=50% /?;€';

/**
 * The `.env` that points an application at the simulator. Values are in single quotes, which Node, dotenv and shells
 * read alike as long as there is none in them.
 */
export function environmentOf(simulator: BetfairSimulator, folder: string): string {
  const { username, password, applicationKey, endpoints } = simulator.options();
  const { host, port } = simulator.stream;
  const variables = {
    BETFAIR_USERNAME: username,
    BETFAIR_PASSWORD: password,
    BETFAIR_APP_KEY: applicationKey,
    BETFAIR_CERT_FILE: join(folder, CERTIFICATE_FILES.clientCert),
    BETFAIR_KEY_FILE: join(folder, CERTIFICATE_FILES.clientKey),
    BETFAIR_CA_FILE: join(folder, CERTIFICATE_FILES.ca),
    // Beside those of an account at Betfair, a refusal here would keep that one from logging in.
    BETFAIR_STORAGE: pathToFileURL(join(folder, 'session-data')).href,
    BETFAIR_ENDPOINT_CERT_LOGIN: endpoints.certLogin,
    BETFAIR_ENDPOINT_LOGIN: endpoints.login,
    BETFAIR_ENDPOINT_KEEP_ALIVE: endpoints.keepAlive,
    BETFAIR_ENDPOINT_LOGOUT: endpoints.logout,
    BETFAIR_ENDPOINT_API: endpoints.api,
    BETFAIR_ENDPOINT_STREAM: `${host}:${port}`,
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
  return `# The account of a simulated Betfair. Written anew at each start.\n${lines.join('\n')}\n`;
}
