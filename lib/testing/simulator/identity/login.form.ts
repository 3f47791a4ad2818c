import { ACCEPTED, type ProofPlace } from '../accepted-requests.js';
import { mediaType, splitPath, type SimulatorRequest } from '../http/request.js';

/** The parts of a request in which credentials may stand. */
export type FormCarrier = Pick<SimulatorRequest, 'path' | 'headers' | 'body'>;

/** What a login says in a field, in the first place that has it. */
export function loginField(
  endpoint: 'certLogin' | 'login',
  field: 'username' | 'password',
  carrier: FormCarrier,
): string {
  for (const place of ACCEPTED[endpoint].proof.is) {
    const value = fieldsAt(place, carrier)?.get(field);
    if (value) return value;
  }
  return '';
}

function fieldsAt(place: ProofPlace, carrier: FormCarrier): URLSearchParams | undefined {
  if (place === 'query') return splitPath(carrier.path).query;
  const isForm = mediaType(carrier) === 'application/x-www-form-urlencoded';
  return place === 'form body' && isForm ? new URLSearchParams(carrier.body) : undefined;
}
