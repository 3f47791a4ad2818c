import { abortable, inTime } from '../common/deadline.js';
import type { SessionSource } from '../calls/session-source.js';
import { accountIdOf } from '../options/account-id.js';
import type { ResolvedSessionOptions } from '../options/session-options.resolver.js';
import type { SessionParts } from './session.composition.js';
import { warnRarely } from './session.log.js';

const DISAGREEMENT =
  'Betfair\'s API refused a session that its identity service still takes, so the session stays and the refusal is handed on. Check that "endpoints.api" belongs to the jurisdiction of the account, and that no cache or proxy answers in the place of the API.';

function falseAlarm(where: string): string {
  return `${where} ended with what looks like a refusal of the session, but Betfair still takes it, so the session stays and the outcome is handed on. Usual causes: a client that was made with the headers of an earlier session (ask getSession() for every request), or an answer that repeats user input or comes from a cache or a log.`;
}

/** Connects the calls of an account with its session. */
export function createSource(
  account: string,
  options: ResolvedSessionOptions,
  { cache, clock, evidence, keeper }: SessionParts,
  log: (message: string) => void,
): SessionSource {
  const warn = warnRarely(clock, log);
  return {
    account,
    id: `${account}:${accountIdOf(options)}`,
    api: options.endpoints.api,
    clock,
    getSession: ({ signal }) => keeper.get(signal),
    accepted: (session) => cache.accept(session),
    refusedAgain: (session) => evidence.refusedAgain(session),
    async refused(session, details) {
      const { isProof, where, waitMs, signal } = details;
      const found = evidence.refused(session, details).then((finding) => {
        if (finding === 'alive') warn(isProof ? DISAGREEMENT : falseAlarm(where));
        return finding === 'gone';
      });
      return waitMs === undefined
        ? abortable(() => found, signal)
        : inTime(clock, waitMs, found, false);
    },
    warn,
  };
}
