import { join, relative, sep } from 'node:path';
import type { BetfairSimulator } from '../../testing/simulator/betfair-simulator.js';
import { heading } from '../terminal/terminal.js';

/** Writes the text that is printed when everything is ready. Its command lines are for a POSIX shell. */
export function reportOf(simulator: BetfairSimulator, folder: string): string {
  const { endpoints } = simulator.options();
  const { host, port } = simulator.stream;
  const env = shellWord(shortest(join(folder, '.env')));
  return `${heading('This is a simulated Betfair. No bet is real.')}

  API, login, keepAlive, logout  ${simulator.url}
  Certificate login              ${new URL(endpoints.certLogin).origin}
  Stream API                     ${host}:${port}
  Certificates, keys and .env    ${shortest(folder)}

${heading('Start an application that reads BETFAIR_* variables:')}

  node --env-file=${env} main.js

${heading('Or try it by hand:')}

  . ${env}
  curl --cacert "$BETFAIR_CA_FILE" \\
    --cert "$BETFAIR_CERT_FILE" --key "$BETFAIR_KEY_FILE" \\
    -H 'Accept: application/json' -H "X-Application: $BETFAIR_APP_KEY" \\
    --data-urlencode "username=$BETFAIR_USERNAME" \\
    --data-urlencode "password=$BETFAIR_PASSWORD" \\
    "$BETFAIR_ENDPOINT_CERT_LOGIN"

${heading('Change it while it runs:')}

  curl --cacert "$BETFAIR_CA_FILE" "$BETFAIR_ENDPOINT_API/simulator/counts"
  curl --cacert "$BETFAIR_CA_FILE" -X POST \\
    "$BETFAIR_ENDPOINT_API/simulator/end-sessions"
  curl --cacert "$BETFAIR_CA_FILE" -H 'Content-Type: application/json' \\
    -d '{"endpoint":"keepAlive","fault":{"status":503},"times":2}' \\
    "$BETFAIR_ENDPOINT_API/simulator/fail"
  curl --cacert "$BETFAIR_CA_FILE" -X POST \\
    "$BETFAIR_ENDPOINT_API/simulator/clear-faults"

Ctrl-C stops it.`;
}

/** Shortens a path below the working directory. It keeps a slash, without which a shell would search its PATH. */
function shortest(path: string): string {
  const below = relative('', path);
  return below.startsWith('..') || below === '' || below === path ? path : `.${sep}${below}`;
}

/** Quotes a path as one word of a shell. The path has no single quote. */
function shellWord(path: string): string {
  return /^[\w./@:+,-]+$/.test(path) ? path : `'${path}'`;
}
