// The ways in which applications call Betfair, in a process that trusts simulator and upstream by NODE_EXTRA_CA_CERTS, as
// all of them trust Betfair. Each parses its answer, and keeps its connections.
import axios, { create } from 'axios';
import ky from 'ky';
import { attachBetfairSession } from 'nestjs-betfair-session';
import { Agent, fetch as undiciFetch, request } from 'undici';
import { byTurns } from '../rounds.mjs';
import { createSessions } from './sessions.mjs';

const OPERATION = 'SportsAPING/v1.0/listMarketBook';
const CALL = { jsonrpc: '2.0', id: 1, method: OPERATION, params: {} };
const POST = { method: 'POST', body: JSON.stringify(CALL) };
const BETTING = '/exchange/betting/json-rpc/v1';

let waysTo;

export async function start({ options }) {
  const { sessions } = await createSessions(options);
  const headers = (await sessions.getSession()).headers();
  const dispatcher = new Agent();
  const attached = create();
  attachBetfairSession(attached, sessions);
  const { api } = options.endpoints;
  waysTo = (path) => ({
    fetch: async () => (await sessions.fetch(path, POST)).json(),
    ...(path === BETTING && { call: () => sessions.call(OPERATION, {}) }),
    attached: async () => (await attached.post(path, CALL)).data,
    undiciRequest: async () =>
      (await request(api + path, { ...POST, headers, dispatcher })).body.json(),
    undiciFetch: async () =>
      (await undiciFetch(api + path, { ...POST, headers, dispatcher })).json(),
    nodeFetch: async () => (await fetch(api + path, { ...POST, headers })).json(),
    axios: async () => (await axios.post(api + path, CALL, { headers })).data,
    ky: () => ky(api + path, { ...POST, headers }).json(),
  });
}

/** Milliseconds for one of `count` calls, one after the other, by the ways in which they are made: those named, or all. */
export async function answer({ path, rounds, count, names }) {
  const ways = waysTo(path);
  const contenders = (names ?? Object.keys(ways)).map((name) => [
    name,
    async () => {
      const began = performance.now();
      for (let i = 0; i < count; i += 1) await ways[name]();
      return (performance.now() - began) / count;
    },
  ]);
  return byTurns(rounds, Object.fromEntries(contenders));
}
