import type { ReplyReport } from '../identity/reply.report.js';
import type { EndedOperation } from '../storage/monitored.storage.js';

/** States that an account can be in. */
export const STATES = ['empty', 'ready', 'degraded', 'blocked'] as const;

/** Values of the gauges of an account; read from memory only. */
export interface ObservedAccount {
  readonly state: (typeof STATES)[number];
  /** Milliseconds until the session ends; 0 without one. */
  readonly timeLeft: number;
  /** Milliseconds until the client certificate expires, if that is known. */
  readonly certificateTimeLeft: number | undefined;
  /** `true` if the session is in memory only, or the store fails. */
  readonly isUnstored: boolean;
  readonly isLoginBlocked: boolean;
}

/** Result of a renewal, by the way in which it came. */
export interface RenewalOutcome {
  readonly outcome: string;
}

/** Receives what the parts of one account do. No method throws or waits. */
export interface Telemetry {
  /** Runs a renewal. */
  renewal<T extends RenewalOutcome>(run: () => Promise<T>): Promise<T>;
  /** Notes that a caller waits for the renewal in progress. */
  joinRenewal(): void;
  noteReply(reply: ReplyReport): void;
  noteStored(operation: EndedOperation): void;
  /** Notes that Betfair rejected the session. */
  noteRejection(): void;
  /** Begins to show the state of the account. */
  observe(look: () => ObservedAccount): void;
  /** Ends what {@link observe} began. */
  close(): void;
}

const nothing = () => undefined;

/** Does nothing: the application has no OpenTelemetry, or has switched it off. */
export const NO_TELEMETRY: Telemetry = {
  renewal: (run) => run(),
  joinRenewal: nothing,
  noteReply: nothing,
  noteStored: nothing,
  noteRejection: nothing,
  observe: nothing,
  close: nothing,
};
