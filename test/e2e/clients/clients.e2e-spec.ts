import { readFile, writeFile } from 'node:fs/promises';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import type { BetfairSession } from 'nestjs-betfair-session';
import { Agent } from 'undici';
import { read } from '../../../lib/common/unknown-values.js';
import { ask } from '../../../lib/calls/rejection/rejection-envelope.js';
import { closeAccounts, createAccount } from '../../support/account.js';
import { REST, RPC, rpcCall } from '../../support/betting.js';
import { clients, type Way } from './clients.js';
import { replaceTable, type Row, tableIn, tableOf } from './table.js';
import type { Sent } from './ways.js';

const DOCS = 'docs/clients.md';
const CALLS = {
  rest: { path: `${REST}/listEventTypes/`, body: { filter: {} } },
  rpc: { path: RPC, body: rpcCall('listEventTypes') },
};

const agents: { destroy(): unknown }[] = [];

afterEach(async () => {
  await Promise.all(agents.splice(0).map(async (agent) => agent.destroy()));
  await closeAccounts();
});

/** Makes a call in `run()` whose session Betfair has ended: how its refusal was seen, and what came of it. */
async function call(way: Way, { path, body }: (typeof CALLS)['rest' | 'rpc']) {
  const { simulator, start } = await createAccount();
  const { sessions } = await start({ storage: 'mem://' });
  // A session that no call got through with would be checked in any case.
  await sessions.call('SportsAPING/v1.0/listEventTypes', { filter: {} });
  const { ca, url, counts: before } = simulator;
  simulator.endSessions();
  const dispatcher = new Agent({ connect: { ca } });
  const httpsAgent = new HttpsAgent({ ca });
  agents.push(dispatcher, httpsAgent);
  const sent = (session: BetfairSession): Sent => ({
    url: url + path,
    headers: session.headers(),
    body,
    ca,
    dispatcher,
    httpsAgent,
  });
  const content = await sessions
    .run((session) => way.send(sent(session)))
    .then(contentOf)
    .catch((error: unknown) => error);
  const { calls, keepAlives } = simulator.counts;
  const attempts = calls - before.calls;
  return { attempts, checks: keepAlives - before.keepAlives, content };
}

/** The body that a result stands for, read where it is not. */
async function contentOf(result: unknown): Promise<unknown> {
  if (typeof read(result, 'next') === 'function')
    return read(await ask(result, 'next', ''), 'value');
  const body = read(result, '_data') ?? read(result, 'body') ?? read(result, 'data');
  for (const unread of [result, body]) {
    if (typeof read(unread, 'json') === 'function' && read(unread, 'bodyUsed') === false) {
      return ask(unread, 'json', '');
    }
  }
  if (body instanceof Readable) return textOf(body);
  return body ?? result;
}

const rows: Row[] = [];

describe.each(clients)('$name within run(), called as $text', ({ name, text, send, instead }) => {
  const row: Row = { name, text, rest: '', rpc: '', instead: instead?.text };
  rows.push(row);

  it.each(['rest', 'rpc'] as const)(
    'a %s refusal is seen, or goes unseen as is known',
    async (api) => {
      const { attempts, checks, content } = await call({ text, send }, CALLS[api]);
      row[api] = attempts === 1 ? 'no' : checks === 0 ? 'at once' : 'after a check';
      expect(attempts).toBe(instead ? 1 : 2);
      expect(checks).toBeLessThanOrEqual(1);
      expect(JSON.stringify(content).includes('Soccer')).toBe(!instead);
    },
  );

  if (instead === undefined) return;
  it.each(['rest', 'rpc'] as const)(`a %s refusal is seen by: ${instead.text}`, async (api) => {
    const { attempts, content } = await call(instead, CALLS[api]);
    expect(attempts).toBe(2);
    expect(JSON.stringify(content)).toContain('Soccer');
  });
});

it('docs/clients.md has the table of what was found', async () => {
  // Empty after a test that failed or was left out.
  expect(rows.flatMap(({ rest, rpc }) => [rest, rpc])).not.toContain('');
  const page = await readFile(DOCS, 'utf8');
  const table = await tableOf(rows);
  if (process.env['UPDATE_DOCS']) await writeFile(DOCS, replaceTable(page, table));
  // Written by `npm run test:clients -- --update`.
  else expect(tableIn(page)).toBe(table);
});
