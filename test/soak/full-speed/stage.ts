import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import type { RawClients } from '../../support/betting.js';
import type { SeededRandom } from '../../support/random.mjs';
import type { Tally } from '../report.js';
import type { AccountQueues } from './account.queues.js';
import type { LoginCauses } from './login.causes.js';
import type { OrderRecord } from './order.record.js';

/** What the actors of the soak share. */
export interface Stage {
  readonly simulator: BetfairSimulator;
  readonly random: SeededRandom;
  readonly causes: LoginCauses;
  readonly orders: OrderRecord;
  readonly raw: RawClients;
  readonly queues: AccountQueues;
  readonly outcomes: Tally;
  /** While callers call. */
  readonly isRunning: () => boolean;
  /** While faults are made; ends before, so that all can get over them. */
  readonly isDisturbed: () => boolean;
}

/** The account to which nothing happens, except that strangers attack it. */
export const CALM = 'diana';

/** What must never come: an answer for another account. */
export const FOREIGN = 'answered for another account';

/** What an answer comes to, for who asked for that account. */
export function outcomeOf(username: string, text: string): string {
  const [, owner] = /"owner":"(\w+)"/.exec(text) ?? [];
  if (owner === undefined) return 'answered otherwise';
  return owner === username ? 'answered' : FOREIGN;
}
