import {
  axios,
  axiosData,
  collect,
  got,
  json,
  ky,
  nodeAnswer,
  nodeFetch,
  ofetch,
  openApi,
  pages,
  type Sent,
  superagent,
  undici,
  undiciBody,
  wretch,
} from './ways.js';

/** A way of calling, as the documentation words it and as it is run. */
export interface Way {
  readonly text: string;
  readonly send: (sent: Sent) => Promise<unknown>;
}

/** A way of calling with a client; `instead` is seen if the first is not. */
export interface Client extends Way {
  readonly name: string;
  readonly instead?: Way;
}

const unreadUndici = 'return (await request(…)).body.json()';
const unreadNodeFetch = 'return (await fetch(…)).json()';

/** Ways in which applications call Betfair within `run()`. */
export const clients: readonly Client[] = [
  { name: 'Node', text: 'fetch(…)', send: nodeAnswer },
  { name: 'Node', text: '(await fetch(…)).json()', send: json(nodeAnswer) },
  ...['undici-7'].flatMap((name) => [
    { name, text: 'fetch(…)', send: undici('fetch') },
    {
      name,
      text: 'request(…)',
      send: undici('request'),
      instead: { text: unreadUndici, send: undiciBody },
    },
  ]),
  ...['ky-1', 'ky-2'].flatMap((name) => [
    { name, text: 'ky.post(…).json()', send: ky(name, 'parsed') },
    { name, text: 'ky.post(…)', send: ky(name, 'answer') },
  ]),
  { name: 'openapi-fetch', text: 'client.POST(…)', send: openApi },
  { name: 'ofetch', text: 'ofetch(…)', send: ofetch('parsed') },
  { name: 'ofetch', text: 'ofetch.raw(…)', send: ofetch('raw') },
  ...['wretch-2', 'wretch-3'].flatMap((name) => [
    { name, text: 'wretch(…).post(…).json()', send: wretch(name, 'json') },
    { name, text: 'wretch(…).post(…).res()', send: wretch(name, 'res') },
  ]),
  ...['got-14', 'got-16'].flatMap((name) => [
    { name, text: 'got.post(…).json()', send: got(name, 'parsed') },
    { name, text: 'got.post(…)', send: got(name, 'answer') },
  ]),
  { name: 'superagent', text: 'superagent.post(…).send(…)', send: superagent },
  { name: 'axios', text: 'axios.post(…)', send: axios() },
  { name: 'axios', text: '(await axios.post(…)).data', send: axiosData },
  {
    name: 'axios',
    text: "axios.post(…, { responseType: 'stream' })",
    send: axios({ responseType: 'stream' }),
    instead: { text: "leave out `responseType: 'stream'`", send: axios() },
  },
  ...['node-fetch-2', 'node-fetch-3'].map((name) => ({
    name,
    text: 'fetch(…)',
    send: nodeFetch(name),
    instead: { text: unreadNodeFetch, send: json(nodeFetch(name)) },
  })),
  {
    name: 'any',
    text: 'an async generator',
    send: async (sent) => pages(sent),
    instead: { text: 'collect it inside the call, and return the list', send: collect },
  },
];
