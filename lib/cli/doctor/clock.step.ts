import { once } from 'node:events';
import { IncomingMessage, request } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { systemClock } from '../../common/clock.js';
import { withDeadline } from '../../common/deadline.js';
import { closeSocket } from '../../common/http/spare-socket.js';
import { openTlsConnection } from '../../common/http/tls-connection.js';
import { type Finding, ok, skip, type Step, warn } from './finding.js';
import { addressOf } from './servers.js';

const TIMEOUT_MS = 10_000;
/** Difference from which tokens of two-factor codes, signatures for clouds and ends of bans go wrong. */
const MAX_DIFFERENCE_MS = 5 * 60_000;
/** The header has whole seconds, rounded down. */
const HALF_SECOND_MS = 500;

/** Compares the clock of this machine with that of the API, by the header of an answer to a request for nothing. */
export const clockStep: Step = {
  name: 'clock',
  needs: ['options', 'network'],

  async check({ resolved: { ca, endpoints } }) {
    const url = new URL(endpoints.api);
    let socket: TLSSocket | undefined;
    try {
      socket = await openTlsConnection({ ...addressOf(url), ca }, systemClock);
      return [await compare(socket, url)];
    } catch {
      return [skip('The API gave no answer with its time.')];
    } finally {
      if (socket) closeSocket(socket);
    }
  },
};

async function compare(socket: TLSSocket, url: URL): Promise<Finding> {
  const sentAt = Date.now();
  const { date } = await withDeadline(
    systemClock,
    TIMEOUT_MS,
    () => askForHeaders(socket, url),
    () => new Error('No answer in time.'),
  );
  const here = (sentAt + Date.now()) / 2;
  const there = Date.parse(date ?? '') + HALF_SECOND_MS;
  if (Number.isNaN(there)) return skip('The answer of the API does not say its time.');
  const ahead = here - there;
  const seconds = Math.round(Math.abs(ahead) / 1_000);
  if (Math.abs(ahead) <= MAX_DIFFERENCE_MS) return ok(`Within ${seconds + 1} s of Betfair's.`);
  const amount =
    seconds < 7_200
      ? `${Math.round(seconds / 60)} minutes`
      : `${Math.round(seconds / 3_600)} hours`;
  return warn(
    `The clock of this machine is ${amount} ${ahead > 0 ? 'ahead of' : 'behind'} Betfair's. Set it, and keep it right with NTP; certificates and two-factor codes depend on it.`,
  );
}

/** Sends `HEAD /`, without any credentials. */
async function askForHeaders(
  socket: TLSSocket,
  { host }: URL,
): Promise<IncomingMessage['headers']> {
  const asked = request({
    method: 'HEAD',
    path: '/',
    headers: { host },
    createConnection: () => socket,
  });
  // Also after the headers: what answers HEAD with a page sends bytes that are no HTTP.
  asked.on('error', () => undefined);
  asked.end();
  const [answer]: unknown[] = await once(asked, 'response');
  asked.destroy();
  return answer instanceof IncomingMessage ? answer.headers : {};
}
