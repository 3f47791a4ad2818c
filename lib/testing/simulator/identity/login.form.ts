import { ACCEPTED, readsBodyOf, type ProofPlace } from '../http/accepted-requests.js';
import { mediaType, splitPath, type SimulatorRequest } from '../http/request.js';

/** Parts of a request that may hold credentials. */
export type FormCarrier = Pick<SimulatorRequest, 'path' | 'headers' | 'body'>;

/** Reads a field of a login from the first place that has it. */
export function loginField(
  endpoint: 'certLogin' | 'login',
  field: 'username' | 'password',
  carrier: FormCarrier,
): string {
  for (const place of ACCEPTED[endpoint].proof.is) {
    const value = fieldsAt(endpoint, place, carrier)?.get(field);
    if (value) return value;
  }
  return '';
}

function fieldsAt(
  endpoint: 'certLogin' | 'login',
  place: ProofPlace,
  carrier: FormCarrier,
): URLSearchParams | undefined {
  if (place === 'query') return splitPath(carrier.path).query;
  const isRead = place === 'form body' && readsBodyOf(endpoint, mediaType(carrier));
  return isRead ? new URLSearchParams(carrier.body) : undefined;
}
