import type { SimulatorEndpoint } from './request.js';

/**
 * Ways in which a request goes wrong:
 *
 * - `'hung'`: headers never come; `'hung-body'`: headers and half a body come, and never the end
 * - `'reset'`: the connection is reset
 * - `'html'`: HTTP 200 with an HTML page
 * - `'truncated'`: a valid start of the JSON, then a clean end of the body
 * - `{ slow }`: the right answer, after that many real milliseconds
 * - `{ status }`: that HTTP status with an HTML page as of Cloudflare; 3xx lead to another host
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
      /** Added to `content-type: application/json`. */
      readonly headers?: Readonly<Record<string, string>> | undefined;
    };

/** Number of times that a fault happens, and effect of the request in spite of it. */
export interface SimulatorFaultOptions {
  /** Number of requests that it befalls; `Infinity` until `clearFaults()`. @default 1 */
  readonly times?: number | undefined;
  /**
   * Carries the request out before its answer goes wrong: a login creates a session that nobody hears of.
   * `{ slow }` always carries it out, when the answer is due.
   *
   * @default false
   */
  readonly processed?: boolean | undefined;
}

/** A fault that befalls one request. */
export interface PlannedFault {
  readonly fault: SimulatorFault;
  readonly processed: boolean;
}

/** The faults that wait for requests, first come, first served for each endpoint. */
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

  /** The fault for the request that has just arrived. */
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
