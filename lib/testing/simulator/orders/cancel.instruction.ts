import { badInput, idOf, numberOf, type Params } from '../api/params.js';

export interface Cancellation {
  readonly betId: string;
  /** Amount to cancel; `undefined` for all that remains. */
  readonly sizeReduction?: number | undefined;
}

/**
 * Reads an instruction.
 *
 * @throws SimulatedApiError the bet is missing, or the amount is not a number
 */
export function readCancellation(sent: Params): Cancellation {
  const betId = idOf(sent, 'betId');
  if (betId === undefined) throw badInput('betId');
  return { betId, sizeReduction: numberOf(sent, 'sizeReduction') };
}
