import { Agent as HttpsAgent } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import axios, { type AxiosResponse } from 'axios';
import type { BetfairSession } from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { Agent, type Dispatcher, fetch, request, type Response } from 'undici';

export const RPC = '/exchange/betting/json-rpc/v1';
export const REST = '/exchange/betting/rest/v1.0';

/** One JSON-RPC call; `id` tells requests apart in what the simulator recorded. */
export function rpcCall(method: string, params: object = { filter: {} }, id: string | number = 1) {
  return { jsonrpc: '2.0', method: `SportsAPING/v1.0/${method}`, params, id };
}

export function placeOrders(marketId = '1.2') {
  const instructions = [{ selectionId: 1, side: 'BACK', orderType: 'LIMIT' }];
  return rpcCall('placeOrders', { marketId, instructions }, 'order');
}

/** A JSON request as callers of `fetch` write it. */
export function post(body: object): { method: 'POST'; body: string } {
  return { method: 'POST', body: JSON.stringify(body) };
}

/** What applications use to call Betfair without `SessionService.fetch`. */
export class RawClients {
  readonly dispatcher: Agent;
  readonly #agent: HttpsAgent;

  /** `patience`: milliseconds after which an answer that does not come is given up; undici's when left out. */
  constructor(
    private readonly simulator: BetfairSimulator,
    patience?: number,
  ) {
    const { ca } = simulator;
    this.dispatcher = new Agent({
      connect: { ca },
      // A thousand calls at once wait for a connection, not for a thousand handshakes.
      connections: 64,
      ...(patience !== undefined && { headersTimeout: patience, bodyTimeout: patience }),
    });
    this.#agent = new HttpsAgent({ ca, keepAlive: true });
  }

  fetch(session: BetfairSession, call: object): Promise<Response> {
    return fetch(this.simulator.url + RPC, {
      ...post(call),
      headers: session.headers(),
      dispatcher: this.dispatcher,
    });
  }

  /** The parsed body. */
  async json(session: BetfairSession, call: object): Promise<unknown> {
    return (await this.undici(session, call)).body.json();
  }

  undici(session: BetfairSession, call: object): Promise<Dispatcher.ResponseData> {
    const { url } = this.simulator;
    const init = { ...post(call), headers: session.headers(), dispatcher: this.dispatcher };
    return request(url + RPC, init);
  }

  /** Resolves although Betfair refuses the call. */
  axios(session: BetfairSession, call: object): Promise<AxiosResponse<unknown>> {
    return this.#post(RPC, session, call);
  }

  /** Throws where Betfair refuses the call. */
  axiosRest(
    session: BetfairSession,
    method: string,
    params: object = { filter: {} },
  ): Promise<AxiosResponse<unknown>> {
    return this.#post(`${REST}/${method}/`, session, params);
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    await this.dispatcher.destroy();
  }

  #post(path: string, session: BetfairSession, body: object) {
    return axios.post<unknown>(this.simulator.url + path, body, {
      headers: session.headers(),
      httpsAgent: this.#agent,
      adapter: 'http',
      proxy: false,
    });
  }
}

/** How often each JSON-RPC call, by its id, was sent. */
export function sends(simulator: BetfairSimulator): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { endpoint, body } of simulator.requests) {
    if (endpoint !== 'api') continue;
    const { id }: { id: string } = JSON.parse(body);
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

/** Refuses, from now on and for ever, every call of these operations. */
export function refuse(simulator: BetfairSimulator, ...methods: string[]): void {
  simulator.rejectCalls((_request, { method }) => methods.includes(method));
}

/** Waits until `condition` holds, for 5 s at most. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Never came true: ${condition.toString()}`);
    await setTimeout(5);
  }
}
