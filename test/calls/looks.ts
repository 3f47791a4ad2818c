import {
  inspectFailure as lookAtFailure,
  inspectOutcome as lookAtOutcome,
  type Look,
} from '../../lib/calls/rejection/suspicion.js';
import type { Rejection } from '../../lib/calls/rejection/rejection-envelope.js';

/** How much of a resolved value looks refused. */
export function inspectOutcome(value: unknown): Rejection | Promise<Rejection> {
  return rejectionOf(lookAtOutcome(value));
}

/** How much of a thrown value looks refused. */
export function inspectFailure(error: unknown): Rejection | Promise<Rejection> {
  return rejectionOf(lookAtFailure(error));
}

function rejectionOf(look: Look): Rejection | Promise<Rejection> {
  return look instanceof Promise ? look.then(({ rejection }) => rejection) : look.rejection;
}
