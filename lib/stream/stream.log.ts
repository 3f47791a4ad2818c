import type { SessionSource } from '../calls/session-source.js';
import { type ApplicationLog, openLog } from '../common/application-log.js';
import { warnRarely } from '../common/rare-warnings.js';
import type { StreamStatus } from './stream.status.js';

/** Logs the state of subscriptions, each problem once in ten minutes. */
export class StreamLog {
  private readonly log: ApplicationLog;
  readonly #warn: (text: string) => boolean;
  readonly #error: (text: string) => boolean;
  /** Kinds of subscriptions that are new, or whose problem was logged: their next success is logged too. */
  readonly #unserved = new Set<string>(['marketSubscription', 'orderSubscription']);

  constructor({ account, clock }: Pick<SessionSource, 'account' | 'clock'>) {
    this.log = openLog('BetfairStream', account);
    this.#warn = warnRarely(clock, this.log.warn);
    this.#error = warnRarely(clock, this.log.error);
  }

  note({ subscription: { op }, state, connectionId, error }: StreamStatus): void {
    if (state === 'subscribed') {
      const connection = connectionId === undefined ? '' : ` (connection ${connectionId})`;
      const level = this.#unserved.delete(op) ? 'log' : 'debug';
      this.log[level](`The ${op} of the Stream API is served${connection}.`);
    } else if (state === 'waiting' && error) {
      const write = error.retryable ? this.#warn : this.#error;
      if (write(`The ${op} is interrupted. ${error.message}`)) this.#unserved.add(op);
    }
  }
}
