import { abortable, inTime } from '../common/deadline.js';
import type { SessionSource, StreamServer } from '../calls/session-source.js';
import { HTTPS_PORT, parseAddress } from '../common/host-and-port.js';
import { warnRarely } from '../common/rare-warnings.js';
import { BetfairConfigurationError } from '../errors/index.js';
import { accountIdOf } from '../options/account-id.js';
import type { ResolvedSessionOptions } from '../options/resolved-options.js';
import type { SessionParts } from './session.composition.js';

function disagreement(endpoint = 'endpoints.api'): string {
  return `Betfair's API refused a session that its identity service still takes, so the session stays and the refusal is handed on. Check that "${endpoint}" belongs to the jurisdiction of the account, and that no cache or proxy answers in the place of the API.`;
}

function falseAlarm(where: string): string {
  return `${where} ended with what looks like a refusal of the session, but Betfair still takes it, so the session stays and the outcome is handed on. Usual causes: a client that was made with the headers of an earlier session (ask getSession() for every request), or an answer that repeats user input or comes from a cache or a log.`;
}

function streamServerOf(
  { endpoints, ca, jurisdiction }: ResolvedSessionOptions,
  given: Partial<StreamServer>,
): StreamServer {
  const known = parseAddress(endpoints.stream ?? '');
  if (given.host !== undefined) return { ca, port: HTTPS_PORT, ...given, host: given.host };
  if (known) return { ca, ...known, ...given };
  throw new BetfairConfigurationError(
    `Betfair does not say where the Stream API is for the jurisdiction "${jurisdiction}". Set endpoints.stream, or BETFAIR_ENDPOINT_STREAM, to host and port, such as stream-api.betfair.com:443.`,
  );
}

/** Connects the calls of an account with its session. */
export function createSource(
  account: string,
  options: ResolvedSessionOptions,
  { cache, clock, evidence, provider }: SessionParts,
  log: (message: string) => void,
): SessionSource {
  const warn = warnRarely(clock, log);
  return {
    account,
    id: `${account}:${accountIdOf(options)}`,
    api: options.endpoints.api,
    streamServer: (given) => streamServerOf(options, given),
    clock,
    getSession: ({ signal }) => provider.get(signal),
    accepted: (session) => cache.accept(session),
    refusedAgain: (session) => evidence.refusedAgain(session),
    async refused(session, details) {
      const { isProof, where, endpoint, waitMs, signal } = details;
      const found = evidence.refused(session, details).then((finding) => {
        if (finding === 'alive') warn(isProof ? disagreement(endpoint) : falseAlarm(where));
        return finding === 'gone';
      });
      return waitMs === undefined
        ? abortable(() => found, signal)
        : inTime(clock, waitMs, found, false);
    },
    warn,
  };
}
