import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { SimulatorFault } from '../../testing/simulator/http/faults.js';
import { isRecord } from '../../common/unknown-values.js';
import { findUnknown, readBody, readTimes } from './control.body.js';
import {
  ENDPOINT_NAMES,
  isEndpoint,
  isNamedFault,
  isStatus,
  isWait,
  NAMED_FAULTS,
  STATUS_RANGE,
  WAIT_RANGE,
} from './fault.names.js';
import type { PlannedFault } from './fault.text.js';

/** A fault that was asked for in JSON. */
export interface ControlledFault extends PlannedFault {
  readonly processed: boolean;
}

const MEMBERS = ['endpoint', 'fault', 'times', 'processed'];
/** Headers that the server itself must set to send an answer. */
const SERVER_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const FAULT_FORMS = [
  ...Object.keys(NAMED_FAULTS).map((name) => `"${name}"`),
  '{ "slow": ms }',
  '{ "status": n }',
  '{ "reply": any, "status"?: n, "headers"?: {} }',
].join(', ');

/**
 * Reads the body of a request for a fault, such as `{ "endpoint": "keepAlive", "fault": { "status": 503 }, "times": 2
 * }`.
 *
 * @param wrong - receives every fault of the body
 */
export function readPlan(body: string, wrong: string[]): ControlledFault | undefined {
  const plan = readBody(body, { members: MEMBERS, needed: '"endpoint" and "fault"' }, wrong);
  if (plan === undefined) return undefined;
  const { endpoint, fault, processed = false } = plan;
  if (!isEndpoint(endpoint)) wrong.push(`endpoint: must be one of ${ENDPOINT_NAMES.join(', ')}.`);
  const read = readFault(fault, wrong);
  const times = readTimes(plan['times'], wrong);
  if (typeof processed !== 'boolean') wrong.push('processed: must be true or false.');
  if (wrong.length > 0 || !isEndpoint(endpoint) || read === undefined) return undefined;
  return { endpoint, fault: read, times, processed: processed === true };
}

function readFault(fault: unknown, wrong: string[]): SimulatorFault | undefined {
  if (isNamedFault(fault)) return fault;
  if (isRecord(fault) && 'slow' in fault) {
    const { slow } = fault;
    findUnknown(fault, ['slow'], 'fault.', wrong);
    if (isWait(slow)) return { slow };
    wrong.push(`fault.slow: must be ${WAIT_RANGE}.`);
    return undefined;
  }
  if (isRecord(fault) && 'reply' in fault) return readReply(fault, wrong);
  if (isRecord(fault) && 'status' in fault) {
    const { status } = fault;
    findUnknown(fault, ['status'], 'fault.', wrong);
    if (isStatus(status)) return { status };
    wrong.push(`fault.status: must be ${STATUS_RANGE}.`);
    return undefined;
  }
  wrong.push(`fault: must be one of ${FAULT_FORMS}.`);
  return undefined;
}

function readReply(
  fault: Readonly<Record<string, unknown>>,
  wrong: string[],
): SimulatorFault | undefined {
  const { reply, status = 200, headers = {} } = fault;
  findUnknown(fault, ['reply', 'status', 'headers'], 'fault.', wrong);
  const isReply = typeof reply === 'string' || (typeof reply === 'object' && reply !== null);
  if (!isReply) wrong.push('fault.reply: must be a text, an object or an array.');
  if (!isStatus(status)) wrong.push(`fault.status: must be ${STATUS_RANGE}.`);
  if (!isHeaders(headers)) {
    wrong.push(
      'fault.headers: must be an object of HTTP headers and their values as texts, without headers of the connection and the content length.',
    );
  }
  return isReply && isStatus(status) && isHeaders(headers) ? { reply, status, headers } : undefined;
}

function isHeaders(value: unknown): value is Readonly<Record<string, string>> {
  return isRecord(value) && Object.entries(value).every(([name, text]) => isHeader(name, text));
}

function isHeader(name: string, value: unknown): boolean {
  if (typeof value !== 'string' || SERVER_HEADERS.has(name.toLowerCase())) return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
