import {
  BetfairLoginRejectedError,
  type BetfairSessionError,
  BetfairStreamError,
  type SessionStatus,
} from 'nestjs-betfair-session';
import type { StreamStatus } from 'nestjs-betfair-session/stream';
import type { Verdict } from './view.js';

/** Errors that still hold. */
export interface Troubles {
  /** Reason why logins are held back. */
  readonly logins?: BetfairSessionError | undefined;
  readonly renewal?: BetfairSessionError | undefined;
  readonly store?: BetfairSessionError | undefined;
}

/** State of an account and its prices. */
export interface Findings {
  readonly status: SessionStatus;
  readonly troubles: Troubles;
  readonly stream?: StreamStatus | undefined;
  readonly certificateDays?: number | undefined;
}

/** Days from which the package warns in its log. */
const CERTIFICATE_WARNING_DAYS = 30;
const RENEW_CERTIFICATE = 'Create a new certificate and upload it to the Betfair account.';

/** Says the worst of what was found, and what to do about it. */
export function verdictOf(findings: Findings): Verdict {
  return (
    sessionVerdict(findings) ??
    certificateVerdict(findings.certificateDays) ??
    streamVerdict(findings.stream) ?? { level: 'good', title: 'All is well', todo: 'Nothing.' }
  );
}

function sessionVerdict({ status, troubles }: Findings): Verdict | undefined {
  switch (status.state) {
    case 'blocked':
      return { level: 'act', title: 'No session: logins are held back', ...heldBack(troubles) };
    case 'empty':
      return emptyVerdict(troubles.renewal ?? troubles.store);
    case 'degraded':
      return degradedVerdict(troubles);
    case 'ready':
      return undefined;
  }
}

function heldBack({ logins }: Troubles): Pick<Verdict, 'reason' | 'todo'> {
  const reason = logins ? reasonOf(logins) : 'The log has the reason.';
  if (logins instanceof BetfairLoginRejectedError) return { reason, todo: logins.action };
  return {
    reason,
    todo: 'Wait until logins are possible again. Another copy cannot log in either.',
  };
}

/** Says what happened, without the advice of a refused login, which the verdict gives. */
export function reasonOf(error: BetfairSessionError): string {
  return error instanceof BetfairLoginRejectedError
    ? `Betfair refused the login with ${error.loginCode}.`
    : error.message;
}

function emptyVerdict(error: BetfairSessionError | undefined): Verdict {
  if (error === undefined) {
    return { level: 'watch', title: 'Getting a session', todo: 'Nothing: it takes some seconds.' };
  }
  const todo = error.retryable
    ? 'Repair what the reason names. It is tried again until it works.'
    : 'Repair what the reason names, and start the application again.';
  return { level: 'act', title: 'No session: nothing can be bet', reason: error.message, todo };
}

function degradedVerdict(troubles: Troubles): Verdict {
  if (troubles.logins) {
    const title = 'The session works, but no login can replace it';
    return { level: 'act', title, ...heldBack(troubles) };
  }
  return {
    level: 'watch',
    title: 'The session works, but its store fails',
    reason: troubles.store?.message ?? 'The session is not stored yet.',
    todo: 'Bets go on. Repair the store: until then, no new session can be stored.',
  };
}

function certificateVerdict(days: number | undefined): Verdict | undefined {
  if (days === undefined || days >= CERTIFICATE_WARNING_DAYS) return undefined;
  return days < 0
    ? { level: 'act', title: 'The client certificate has expired', todo: RENEW_CERTIFICATE }
    : {
        level: 'watch',
        title: `The client certificate expires in ${days} days`,
        todo: RENEW_CERTIFICATE,
      };
}

function streamVerdict(stream: StreamStatus | undefined): Verdict | undefined {
  if (stream === undefined || stream.state === 'subscribed') return undefined;
  const { error } = stream;
  if (error === undefined) {
    return { level: 'watch', title: 'Waiting for prices', todo: 'Nothing: it takes some seconds.' };
  }
  const title = 'Prices stand still';
  if (error instanceof BetfairStreamError && !error.retryable) {
    return { level: 'act', title, reason: error.message, todo: 'Do what the reason says.' };
  }
  const isOwn = error instanceof BetfairStreamError;
  const reason = isOwn ? error.message : 'There was no session when the stream last tried.';
  return { level: 'watch', title, reason, todo: 'Nothing: it tries again within a minute.' };
}
