import type { SimulatorFault } from '../../testing/simulator/http/faults.js';
import type { SimulatorEndpoint } from '../../testing/simulator/http/request.js';
import {
  ENDPOINT_NAMES,
  isEndpoint,
  isNamedFault,
  isStatus,
  isTimes,
  isWait,
  NAMED_FAULTS,
  STATUS_RANGE,
  WAIT_RANGE,
} from './fault.names.js';

/** A fault that waits for requests to an endpoint. */
export interface PlannedFault {
  readonly endpoint: SimulatorEndpoint;
  readonly fault: SimulatorFault;
  /** Number of requests; `Infinity` until the faults are cleared. */
  readonly times: number;
}

/**
 * Reads `<endpoint>=<fault>[x<times>]`, such as `keepAlive=503x3`.
 *
 * @param faults - receives every mistake in the text
 */
export function readFaultText(text: string, faults: string[]): readonly PlannedFault[] {
  const [, endpoint, what = '', count = '1'] = /^(.*?)=(.*?)(?:x(\d+|always))?$/.exec(text) ?? [];
  const about = `--fail ${text}:`;
  if (endpoint === undefined) {
    faults.push(`${about} must be <endpoint>=<fault>, such as keepAlive=503.`);
    return [];
  }
  if (!isEndpoint(endpoint)) {
    faults.push(
      `${about} there is no endpoint ${JSON.stringify(endpoint)}. The endpoints are: ${ENDPOINT_NAMES.join(', ')}.`,
    );
  }
  const fault = readFault(what);
  if (typeof fault === 'object' && 'wrong' in fault) faults.push(`${about} ${fault.wrong}`);
  const times = count === 'always' ? Infinity : Number(count);
  if (times !== Infinity && !isTimes(times)) {
    faults.push(`${about} the number after "x" must be at least 1, or "always".`);
  }
  return isEndpoint(endpoint) && !(typeof fault === 'object' && 'wrong' in fault)
    ? [{ endpoint, fault, times }]
    : [];
}

function readFault(text: string): SimulatorFault | { readonly wrong: string } {
  if (isNamedFault(text)) return text;
  const [, slow] = /^slow:(.*)$/.exec(text) ?? [];
  if (slow !== undefined) {
    const ms = wholeNumber(slow);
    return isWait(ms) ? { slow: ms } : { wrong: `must have ${WAIT_RANGE} after "slow:".` };
  }
  const status = wholeNumber(text);
  if (isStatus(status)) return { status };
  const names = [...Object.keys(NAMED_FAULTS), 'slow:<ms>'].join(', ');
  return {
    wrong: `there is no fault ${JSON.stringify(text)}. The faults are: ${STATUS_RANGE}, ${names}.`,
  };
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
