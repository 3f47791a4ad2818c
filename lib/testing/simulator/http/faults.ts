import type { SimulatorEndpoint } from './request.js';

/**
 * Faults of a request:
 *
 * - `'hung'`: no answer; `'hung-body'`: the headers and half of the body, then nothing
 * - `'reset'`: the connection is reset
 * - `'html'`: HTTP 200 with an HTML page
 * - `'truncated'`: a valid start of the JSON, then a clean end of the body
 * - `{ slow }`: the right answer, after this number of real milliseconds
 * - `{ status }`: this HTTP status with an HTML page like Cloudflare's; 3xx redirects to another host
 * - `{ reply }`: any answer; an object is sent as JSON
 */
export type SimulatorFault =
  | 'hung'
  | 'hung-body'
  | 'reset'
  | 'html'
  | 'truncated'
  | {
      /** Milliseconds. */
      readonly slow: number;
    }
  | {
      /** HTTP status. */
      readonly status: number;
    }
  | {
      /** The body. */
      readonly reply: string | object;
      /** HTTP status. @default 200 */
      readonly status?: number | undefined;
      /** Headers in addition to `content-type: application/json`. */
      readonly headers?: Readonly<Record<string, string>> | undefined;
    };

/** Number of requests that a fault applies to, and their effect. */
export interface SimulatorFaultOptions {
  /** Number of requests that fail; `Infinity` until `clearFaults()`. @default 1 */
  readonly times?: number | undefined;
  /**
   * Processes the request before its answer fails: a login creates a session whose token is lost. `{ slow }` always
   * processes it, after the delay.
   *
   * @default false
   */
  readonly processed?: boolean | undefined;
}

export interface PlannedFault {
  readonly fault: SimulatorFault;
  readonly processed: boolean;
}

/** Faults that wait for requests, in order for each endpoint. */
export class FaultQueue {
  readonly #queues = new Map<SimulatorEndpoint, { plan: PlannedFault; left: number }[]>();

  add(
    endpoint: SimulatorEndpoint,
    fault: SimulatorFault,
    { times = 1, processed = false }: SimulatorFaultOptions,
  ): void {
    const queue = this.#queues.get(endpoint) ?? [];
    if (times > 0) queue.push({ plan: { fault, processed }, left: times });
    this.#queues.set(endpoint, queue);
  }

  take(endpoint: SimulatorEndpoint): PlannedFault | undefined {
    const queue = this.#queues.get(endpoint);
    const first = queue?.[0];
    if (!queue || !first) return undefined;
    first.left -= 1;
    if (first.left <= 0) queue.shift();
    return first.plan;
  }

  clear(endpoint?: SimulatorEndpoint): void {
    if (endpoint === undefined) this.#queues.clear();
    else this.#queues.delete(endpoint);
  }
}
