import type { SimulatorFault } from '../../testing/simulator/http/faults.js';
import type { SimulatorEndpoint } from '../../testing/simulator/http/request.js';

type NamedFault = Extract<SimulatorFault, string>;

/** Faults without a number, and the effect of each. */
export const NAMED_FAULTS: Readonly<Record<NamedFault, string>> = {
  hung: 'no answer',
  'hung-body': 'the headers and half of the body, then nothing',
  reset: 'the connection is reset',
  html: 'HTTP 200 with an HTML page',
  truncated: 'the first half of the JSON',
};

const ENDPOINTS: Readonly<Record<SimulatorEndpoint, true>> = {
  certLogin: true,
  login: true,
  keepAlive: true,
  logout: true,
  api: true,
};

export const ENDPOINT_NAMES: readonly string[] = Object.keys(ENDPOINTS);

/** Range of the statuses that can answer a request. */
const MIN_STATUS = 200;
const MAX_STATUS = 599;
const MAX_TIMER_MS = 2_147_483_647;

export function isEndpoint(name: unknown): name is SimulatorEndpoint {
  return typeof name === 'string' && Object.hasOwn(ENDPOINTS, name);
}

export function isNamedFault(name: unknown): name is NamedFault {
  return typeof name === 'string' && Object.hasOwn(NAMED_FAULTS, name);
}

export function isStatus(status: unknown): status is number {
  return isWhole(status) && status >= MIN_STATUS && status <= MAX_STATUS;
}

/** Recognises milliseconds that a timer can wait. */
export function isWait(ms: unknown): ms is number {
  return isWhole(ms) && ms <= MAX_TIMER_MS;
}

export function isTimes(times: unknown): times is number {
  return isWhole(times) && times > 0;
}

function isWhole(number: unknown): number is number {
  return Number.isSafeInteger(number) && Number(number) >= 0;
}

export const STATUS_RANGE = `a status from ${MIN_STATUS} to ${MAX_STATUS}`;
export const WAIT_RANGE = `whole milliseconds, at most ${MAX_TIMER_MS}`;
