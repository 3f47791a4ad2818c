import { badInput, idOf, numberOf, type Params } from '../api/params.js';

/** One instruction of `cancelOrders`. */
export interface Cancellation {
  readonly betId: string;
  /** Missing: all that remains. */
  readonly sizeReduction?: number | undefined;
}

/**
 * Reads an instruction.
 *
 * @throws SimulatedApiError no bet is named, or the amount is no number
 */
export function readCancellation(sent: Params): Cancellation {
  const betId = idOf(sent, 'betId');
  if (betId === undefined) throw badInput('betId');
  return { betId, sizeReduction: numberOf(sent, 'sizeReduction') };
}
