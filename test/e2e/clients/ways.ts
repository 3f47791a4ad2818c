import type { Agent as HttpsAgent } from 'node:https';
import type { Agent } from 'undici';
import {
  type Answer,
  type Axios,
  byDefault,
  load,
  type NodeFetch,
  type Ofetch,
  type OpenApi,
  type Poster,
  type Superagent,
  type Undici,
  type Wretch,
} from './packages.js';

/** One request to the API, with all that a client needs to send it. */
export interface Sent {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: object;
  readonly ca: string;
  readonly dispatcher: Agent;
  readonly httpsAgent: HttpsAgent;
}

function initOf({ headers, body }: Sent) {
  return { method: 'POST', headers, body: JSON.stringify(body) };
}

/** What Node's own `fetch` takes as well, and so do the clients that hand their options to it. */
const trusting = (sent: Sent) => ({ ...initOf(sent), dispatcher: sent.dispatcher });

/** The global `fetch`, which trusts the simulator. */
function fetchOf({ dispatcher }: Sent) {
  return (input: string | Request, init?: RequestInit) =>
    fetch(input, Object.assign({ dispatcher }, init));
}

export const ky = (name: string, form: 'parsed' | 'answer') => async (sent: Sent) => {
  const { url, headers, body } = sent;
  const client = await byDefault<Poster>(name);
  const answer = client.post(url, { headers, json: body, fetch: fetchOf(sent) });
  return form === 'parsed' ? answer.json() : answer;
};

export const got = (name: string, form: 'parsed' | 'answer') => async (sent: Sent) => {
  const { url, headers, body, ca } = sent;
  const client = await byDefault<Poster>(name);
  const answer = client.post(url, { headers, json: body, https: { certificateAuthority: ca } });
  return form === 'parsed' ? answer.json() : answer;
};

export const wretch = (name: string, form: 'json' | 'res') => async (sent: Sent) => {
  const { url, headers, body, dispatcher } = sent;
  const client = await byDefault<(url: string) => Wretch>(name);
  return client(url).options({ dispatcher }).headers(headers).post(body)[form]();
};

export const openApi = async (sent: Sent) => {
  const { headers, body, url } = sent;
  const create = await byDefault<(options: object) => OpenApi>('openapi-fetch');
  const { origin, pathname } = new URL(url);
  const client = create({ baseUrl: origin, fetch: fetchOf(sent) });
  return client.POST(pathname, { headers, body });
};

export const ofetch = (form: 'parsed' | 'raw') => async (sent: Sent) => {
  const { ofetch: client } = await load<{ ofetch: Ofetch }>('ofetch');
  return form === 'raw' ? client.raw(sent.url, trusting(sent)) : client(sent.url, trusting(sent));
};

export const superagent = async ({ url, headers, body, ca }: Sent) => {
  const client = await byDefault<Superagent>('superagent');
  return client.post(url).set(headers).ca(ca).send(body);
};

export const axios =
  (config: object = {}) =>
  async ({ url, headers, body, httpsAgent }: Sent) => {
    const client = await byDefault<Axios>('axios');
    return client.post(url, body, { headers, httpsAgent, proxy: false, ...config });
  };

export const axiosData = async (sent: Sent) => (await axios()(sent)).data;

export const undici = (form: 'fetch' | 'request') => async (sent: Sent) => {
  const { [form]: client } = await load<Undici>('undici-7');
  return client(sent.url, trusting(sent));
};

export const undiciBody = async (sent: Sent) => {
  const client = await load<Undici>('undici-7');
  return (await client.request(sent.url, trusting(sent))).body.json();
};

export const nodeFetch = (name: string) => async (sent: Sent) => {
  const client = await byDefault<NodeFetch>(name);
  const { url, httpsAgent } = sent;
  return client(url, { ...initOf(sent), agent: httpsAgent });
};

export const json = (fetched: (sent: Sent) => Promise<Answer>) => async (sent: Sent) =>
  (await fetched(sent)).json();

/** Pages of an answer, as a generator that an application writes. */
export async function* pages(sent: Sent): AsyncGenerator {
  const response = await fetchOf(sent)(sent.url, initOf(sent));
  const body: unknown = await response.json();
  if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { body });
  yield body;
}

export async function collect(sent: Sent): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const page of pages(sent)) all.push(page);
  return all;
}

export const nodeAnswer = (sent: Sent) => fetchOf(sent)(sent.url, initOf(sent));
