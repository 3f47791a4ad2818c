import type { BetfairSimulator } from '../../testing/simulator/betfair-simulator.js';
import type { Exchange } from '../../testing/simulator/http/https.server.js';
import { json, type SimulatorReply } from '../../testing/simulator/http/reply.js';
import { mediaType, splitPath } from '../../testing/simulator/http/request.js';
import { readPlan } from './control.plan.js';

interface Operation {
  readonly method: 'GET' | 'POST';
  act(simulator: BetfairSimulator, exchange: Exchange): SimulatorReply;
}

const PREFIX = '/simulator/';

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['counts', { method: 'GET', act: ({ counts }) => json(counts) }],
  [
    'end-sessions',
    {
      method: 'POST',
      act: (simulator) => {
        const ended = simulator.liveTokens().length;
        simulator.endSessions();
        return json({ ended });
      },
    },
  ],
  ['fail', { method: 'POST', act: fail }],
  [
    'clear-faults',
    {
      method: 'POST',
      act: (simulator) => {
        simulator.clearFaults();
        return json({ cleared: true });
      },
    },
  ],
]);

/**
 * Lets programs of this machine change a simulator that runs: `/simulator/…` on the host of the API.
 *
 * A page in a browser of this machine could send requests too. It is told by its `Origin`, or, after its name was made
 * to lead here, by the `Host`.
 */
export class ControlEndpoint {
  constructor(private readonly simulator: BetfairSimulator) {}

  /** The answer to a request that is for it. */
  answer(exchange: Exchange): SimulatorReply | undefined {
    const { pathname } = splitPath(exchange.path);
    if (!pathname.startsWith(PREFIX)) return undefined;
    const { origin } = exchange.headers;
    const host = (exchange.headers['host'] ?? '').toLowerCase();
    if (!this.#hosts().includes(host)) {
      return refusal(
        403,
        `The Host header is not one of this simulator: ${this.#hosts().join(', ')}.`,
      );
    }
    if (origin !== undefined && origin !== `https://${host}`) {
      return refusal(403, 'Pages of other origins may not use this.');
    }
    const operation = OPERATIONS.get(pathname.slice(PREFIX.length));
    if (operation === undefined) return refusal(404, `There are: ${operations()}.`);
    if (operation.method !== exchange.method) {
      return refusal(405, `Use ${operation.method} ${pathname}.`);
    }
    return operation.act(this.simulator, exchange);
  }

  /** Lists hosts as clients write them: without the port if it is that of https. */
  #hosts(): readonly string[] {
    return ['127.0.0.1', 'localhost'].map((name) => {
      const url = new URL(this.simulator.url);
      url.hostname = name;
      return url.host;
    });
  }
}

function fail(simulator: BetfairSimulator, exchange: Exchange): SimulatorReply {
  if (mediaType(exchange) !== 'application/json') {
    return refusal(400, 'Send JSON, with the header "Content-Type: application/json".');
  }
  const wrong: string[] = [];
  const plan = readPlan(exchange.body, wrong);
  if (plan === undefined) return refusal(400, ...wrong);
  const { endpoint, fault, times, processed } = plan;
  simulator.fail(endpoint, fault, { times, processed });
  return json({ endpoint, fault, times: times === Infinity ? 'always' : times, processed });
}

function refusal(status: number, ...errors: readonly string[]): SimulatorReply {
  return json({ errors }, status);
}

function operations(): string {
  return [...OPERATIONS].map(([name, { method }]) => `${method} ${PREFIX}${name}`).join(', ');
}
