import type { BetfairSession } from '../betfair-session.js';
import { CallScope } from '../calls/call-scope.js';
import type { SessionSource, StreamServer } from '../calls/session-source.js';
import { abortable, inTime } from '../common/deadline.js';
import { HTTPS_PORT, parseAddress } from '../common/host-and-port.js';
import { warnRarely } from '../common/rare-warnings.js';
import { BetfairConfigurationError } from '../errors/index.js';
import { accountIdOf } from '../options/account-id.js';
import type { ResolvedSessionOptions } from '../options/resolved-options.js';
import type { SessionCache } from './provider/session.cache.js';
import type { OpenedAccount } from './session.opening.js';

function disagreement(endpoint = 'endpoints.api'): string {
  return `Betfair's API refused a session that its identity service still accepts. The session is kept and the refusal passed on. Check that "${endpoint}" belongs to the jurisdiction of the account, and that no cache or proxy answers in place of the API.`;
}

function falseAlarm(where: string): string {
  return `${where} ended with what looks like a refusal of the session, but Betfair still accepts it. The session is kept and the outcome passed on. Usual causes: a client that sends the headers of an earlier session (call getSession() for every request), or an answer that repeats user input or comes from a cache or a log.`;
}

function streamServerOf(
  { endpoints, ca, jurisdiction }: ResolvedSessionOptions,
  given: Partial<StreamServer>,
): StreamServer {
  const known = parseAddress(endpoints.stream ?? '');
  if (given.host !== undefined) return { ca, port: HTTPS_PORT, ...given, host: given.host };
  if (known) return { ca, ...known, ...given };
  throw new BetfairConfigurationError(
    `Betfair does not document the address of the Stream API for the jurisdiction "${jurisdiction}". Set endpoints.stream, or BETFAIR_ENDPOINT_STREAM, to a host and a port, such as stream-api.betfair.com:443.`,
  );
}

/** Notes in the scope of the current call, if there is one, that it takes this session. */
export function noteTaken(
  session: Promise<BetfairSession>,
  source: SessionSource,
  cache: SessionCache,
): Promise<BetfairSession> {
  const scope = CallScope.current;
  if (scope === undefined) return session;
  if (session !== cache.warm) {
    return session.then((taken) => {
      scope.take(source, taken);
      return taken;
    });
  }
  // The warm promise is of the held session; another promise would double the cost of the call.
  if (cache.held) scope.take(source, cache.held.session);
  return session;
}

/** Creates the source from which the calls of an account take their session. */
export function createSource({ account, options, parts, log }: OpenedAccount): SessionSource {
  const { cache, clock, evidence, provider } = parts;
  const warn = warnRarely(clock, log.warn);
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
