import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BetfairSimulator } from '../../testing/simulator/betfair-simulator.js';
import { CERTIFICATE_FILES } from './simulator.certificates.js';

/** Password that a login must URL-encode, and that is safe in single quotes in a shell. */
export const PASSWORD = 'p&ss+wörd=50% /?;€';

/**
 * Writes the `.env` for applications that use the simulator. Values are in single quotes, which Node, dotenv and shells
 * read alike if a value contains none.
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
    // A store of its own: a refusal here must not block the logins of a real account.
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
