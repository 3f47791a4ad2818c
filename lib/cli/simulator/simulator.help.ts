import { ENDPOINT_NAMES, NAMED_FAULTS } from './fault.names.js';

export const DEFAULT_PORT = 8443;
export const DEFAULT_DIR = './simulated-betfair';

const FAULTS: readonly (readonly [string, string])[] = [
  ['503, 403, 302 ...', 'that HTTP status, with an HTML page'],
  ...Object.entries(NAMED_FAULTS),
  ['slow:<ms>', 'the right answer, after that many milliseconds'],
];

/** Text of `--help`; no line is longer than 80 characters. */
export const HELP = `Usage: nestjs-betfair-session simulator [options]

Serves a simulated Betfair on 127.0.0.1 until Ctrl-C, over TLS: certificate
login, login, keepAlive, logout, the Betting and Accounts APIs and the Stream
API. It has one account. No bet is real.

Options:
  --port <number>   Port of the API, login, keepAlive and logout. Certificate
                    login uses the next port, the Stream API the one after
                    that. 0: any free ports. Default: ${DEFAULT_PORT}
  --dir <folder>    Folder for certificates, keys and a ready .env. The next
                    start uses them again. Default: ${DEFAULT_DIR}
  --end-sessions-every <time>
                    Ends all sessions at this interval: 500ms, 30s, 10m, 1h.
  --fail <endpoint>=<fault>[x<times>]
                    Makes the next request to an endpoint fail, or the next
                    <times> requests. xalways: all, until the faults are
                    cleared. Can be given more than once.
  --help            Shows this text.

Endpoints: ${ENDPOINT_NAMES.join(', ')}

Faults:
${FAULTS.map(([name, effect]) => `  ${name.padEnd(18)}  ${effect}`).join('\n')}

Examples:
  nestjs-betfair-session simulator --port 0 --end-sessions-every 10m
  nestjs-betfair-session simulator --fail keepAlive=503x3 --fail api=slow:2000`;
