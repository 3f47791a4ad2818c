import { closeAccounts } from '../../support/account.js';
import { post, REST, RPC, rpcCall } from '../../support/betting.js';
import { answer, closeOwnApis, startOwnApi, type OwnApi } from '../../support/own-api.js';
import { INVALID, refused, restFault, rpcReply, succeeded } from '../rejections.fixture.js';

afterEach(async () => {
  await closeOwnApis();
  await closeAccounts();
});

const LIST = post(rpcCall('listEventTypes'));
const BATCH = post(['a', 'b', 'c'].map((id) => rpcCall('listEventTypes', undefined, id)));
const long = { jsonrpc: '2.0', result: 'x"}{\\'.repeat(20_000), id: 1 };

/** Replies with the ids of the calls. */
function named(...replies: object[]): object[] {
  return replies.map((reply, index) => ({ ...reply, id: 'abc'[index] }));
}

/** An API that takes the first request, so that a refusal is proof, and gives that answer to all others. */
async function startApi(body: unknown, status?: number): Promise<OwnApi> {
  const answers = [answer(succeeded)];
  const api = await startOwnApi((request, response) =>
    (answers.shift() ?? answer(body, status))(request, response),
  );
  await api.sessions.fetch(RPC, LIST);
  return api;
}

/** Whether the session was replaced, and how often the request was sent. */
async function outcome({ sessions, requests }: OwnApi, path: string, init: RequestInit) {
  const [before, sent] = [await sessions.getSession(), requests()];
  const response = await sessions.fetch(path, init);
  const text = await response.text();
  const { generation } = await sessions.getSession();
  return { text, sent: requests() - sent, replaced: generation > before.generation };
}

describe('an answer to JSON-RPC', () => {
  it.each<[string, RequestInit, unknown, { sent: number; replaced: boolean }]>([
    ['that refuses the call', LIST, refused, { sent: 2, replaced: true }],
    ['that succeeds', LIST, succeeded, { sent: 1, replaced: false }],
    [
      'that refuses each call of a batch',
      BATCH,
      named(refused, refused, refused),
      { sent: 2, replaced: true },
    ],
    [
      'that refuses one call of a batch three times',
      BATCH,
      named(refused, refused, refused).map((reply) => ({ ...reply, id: 'a' })),
      { sent: 1, replaced: true },
    ],
    [
      'that refuses each call of a batch in another order',
      BATCH,
      named(refused, refused, refused).toReversed(),
      { sent: 2, replaced: true },
    ],
    [
      'that refuses fewer calls than the batch has',
      BATCH,
      [refused, refused],
      { sent: 1, replaced: true },
    ],
    [
      'that refuses one call of a batch',
      BATCH,
      [succeeded, refused, succeeded],
      { sent: 1, replaced: true },
    ],
    ['that is one refusal for a batch', BATCH, refused, { sent: 1, replaced: true }],
    ['that is a list for one call', LIST, [refused, refused], { sent: 1, replaced: true }],
    [
      'of over 64 KiB that refuses a call of a batch in its beginning',
      BATCH,
      [refused, long, long],
      { sent: 1, replaced: true },
    ],
    [
      'of over 64 KiB that mentions a refusal in a result',
      BATCH,
      [{ ...succeeded, result: [refused] }, long, long],
      { sent: 1, replaced: false },
    ],
    [
      'of over 64 KiB for one call',
      LIST,
      { ...long, mention: refused },
      { sent: 1, replaced: false },
    ],
  ])('%s', async (_, init, body, expected) => {
    const api = await startApi(body);
    const { text, ...found } = await outcome(api, RPC, init);
    expect(found).toEqual(expected);
    expect(JSON.parse(text)).toEqual(body);
  });
});

describe('an answer to anything else', () => {
  it.each<[string, unknown, number, number]>([
    ['is a refusal as a REST fault with status 400', restFault(INVALID), 400, 2],
    ['is no refusal with status 200', refused, 200, 1],
    ['is no refusal with status 500', restFault(INVALID), 500, 1],
    ['is no refusal with another code', restFault('INVALID_INPUT_DATA', 'ANGX-0002'), 400, 1],
    [
      'is no refusal where it is one of JSON-RPC for another reason',
      rpcReply('TOO_MUCH_DATA'),
      400,
      1,
    ],
  ])('%s', async (_, body, status, sent) => {
    const api = await startApi(body, status);
    const init = { method: 'POST', body: '{"filter":{}}' };
    expect((await outcome(api, `${REST}/listEventTypes/`, init)).sent).toBe(sent);
  });
});
