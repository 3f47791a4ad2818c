import { setTimeout as wait } from 'node:timers/promises';
import { randomToken } from '../accounts/simulated-accounts.js';
import type { PlannedFault, SimulatorFault } from './faults.js';
import { cloudflare, html, json, type SimulatorReply } from './reply.js';
import type { SimulatorEndpoint } from './request.js';
import { firstHalf, type Exchange } from './https.server.js';

/** Processes the request, and returns Betfair's answer. */
export type Process = () => Promise<SimulatorReply>;

/** Answers a request, or applies its planned fault. */
export async function deliver(
  exchange: Exchange,
  endpoint: SimulatorEndpoint,
  plan: PlannedFault | undefined,
  process: Process,
  stopped: AbortSignal,
): Promise<void> {
  if (!plan) return exchange.send(await process());
  const { fault, processed } = plan;
  if (typeof fault === 'object' && 'slow' in fault) {
    await wait(fault.slow, undefined, { signal: stopped });
    return exchange.send(await process());
  }
  const answer = processed ? await process() : neverIssued(endpoint);
  return spoil(exchange, fault, answer);
}

function spoil(
  exchange: Exchange,
  fault: Exclude<SimulatorFault, { readonly slow: number }>,
  answer: SimulatorReply,
): void {
  switch (fault) {
    case 'hung':
      return;
    case 'hung-body':
      return exchange.sendHalf(answer);
    case 'reset':
      return exchange.reset();
    case 'html':
      return exchange.send(html(200, 'Betfair', 'We will be back soon'));
    case 'truncated':
      return exchange.send({ ...answer, body: firstHalf(answer.body) });
    default:
      return exchange.send('reply' in fault ? custom(fault) : cloudflare(fault.status));
  }
}

function custom({
  reply,
  status,
  headers = {},
}: Extract<SimulatorFault, { readonly reply: unknown }>): SimulatorReply {
  const base = json(reply, status);
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    ...base,
    body: typeof reply === 'string' ? reply : base.body,
    headers: { ...base.headers, ...Object.fromEntries(lowerCase) },
  };
}

/** Makes an answer to truncate for a request that is not processed. Its token is not valid. */
function neverIssued(endpoint: SimulatorEndpoint): SimulatorReply {
  if (endpoint === 'api') return json({ jsonrpc: '2.0', result: [], id: 1 });
  const token = randomToken();
  return json(
    endpoint === 'certLogin'
      ? { sessionToken: token, loginStatus: 'SUCCESS' }
      : { token, product: '', status: 'SUCCESS', error: '' },
  );
}
