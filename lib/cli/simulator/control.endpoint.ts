import type { BetfairSimulator } from '../../testing/simulator/betfair-simulator.js';
import type { Exchange } from '../../testing/simulator/http/https.server.js';
import { json, type SimulatorReply } from '../../testing/simulator/http/reply.js';
import { mediaType, splitPath } from '../../testing/simulator/http/request.js';
import { timesText } from './control.body.js';
import { readPlan } from './control.plan.js';
import { disturbStream } from './control.stream.js';

interface Operation {
  readonly method: 'GET' | 'POST';
  act(simulator: BetfairSimulator, exchange: Exchange): SimulatorReply;
}

const PREFIX = '/simulator/';

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  [
    'counts',
    {
      method: 'GET',
      act: ({ counts, stream }) => json({ ...counts, stream: stream.counts }),
    },
  ],
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
  ['fail', { method: 'POST', act: withJson(fail) }],
  [
    'stream',
    {
      method: 'POST',
      act: withJson(({ stream }, body, wrong) => disturbStream(stream, body, wrong)),
    },
  ],
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
 * Lets programs on this machine change a running simulator: `/simulator/…` on the host of the API.
 *
 * A web page in a browser on this machine could send requests too. Its `Origin` shows that, or its `Host` if a name of
 * its own was resolved to this machine.
 */
export class ControlEndpoint {
  constructor(private readonly simulator: BetfairSimulator) {}

  /** Answers a request for `/simulator/…`; `undefined` for others. */
  answer(exchange: Exchange): SimulatorReply | undefined {
    const { pathname } = splitPath(exchange.path);
    if (!pathname.startsWith(PREFIX)) return undefined;
    const { origin } = exchange.headers;
    const host = (exchange.headers['host'] ?? '').toLowerCase();
    if (!this.#hosts().includes(host)) {
      return refusal(403, `The Host header must be one of ${this.#hosts().join(', ')}.`);
    }
    if (origin !== undefined && origin !== `https://${host}`) {
      return refusal(403, 'Web pages of other origins may not use this.');
    }
    const operation = OPERATIONS.get(pathname.slice(PREFIX.length));
    if (operation === undefined)
      return refusal(404, `There is no such operation. The operations are: ${operations()}.`);
    if (operation.method !== exchange.method) {
      return refusal(405, `Use ${operation.method} ${pathname}.`);
    }
    return operation.act(this.simulator, exchange);
  }

  /** Lists hosts in the form of clients: without the port if it is 443. */
  #hosts(): readonly string[] {
    return ['127.0.0.1', 'localhost'].map((name) => {
      const url = new URL(this.simulator.url);
      url.hostname = name;
      return url.host;
    });
  }
}

/** Wraps an operation that reads JSON. Answers with its result, or with every fault of the body. */
function withJson(
  act: (simulator: BetfairSimulator, body: string, wrong: string[]) => object | undefined,
): Operation['act'] {
  return (simulator, exchange) => {
    if (mediaType(exchange) !== 'application/json') {
      return refusal(400, 'Send JSON, with the header "Content-Type: application/json".');
    }
    const wrong: string[] = [];
    const done = act(simulator, exchange.body, wrong);
    return done ? json(done) : refusal(400, ...wrong);
  };
}

function fail(simulator: BetfairSimulator, body: string, wrong: string[]): object | undefined {
  const plan = readPlan(body, wrong);
  if (plan === undefined) return undefined;
  const { endpoint, fault, times, processed } = plan;
  simulator.fail(endpoint, fault, { times, processed });
  return { endpoint, fault, times: timesText(times), processed };
}

function refusal(status: number, ...errors: readonly string[]): SimulatorReply {
  return json({ errors }, status);
}

function operations(): string {
  return [...OPERATIONS].map(([name, { method }]) => `${method} ${PREFIX}${name}`).join(', ');
}
