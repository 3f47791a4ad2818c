import {
  parseKeepAliveReply,
  parseLoginReply,
  parseLogoutReply,
} from '../../lib/identity/identity-reply.js';
import { unclear } from '../../lib/identity/unclear-reply.js';

function json(fields: object, status = 200) {
  return { status, contentType: 'application/json', body: JSON.stringify(fields), secrets: [] };
}

function page(status: number, contentType = 'text/html') {
  return { status, contentType, body: '<html>', secrets: [] };
}

it('an answer that never came keeps the cause', () => {
  const cause = new Error('read ECONNRESET');
  expect(unclear('login', 'could not be reached', cause)).toEqual({
    type: 'unclear',
    error: expect.objectContaining({ cause }),
  });
});

describe.each([
  ['login', parseLoginReply],
  ['keepAlive', parseKeepAliveReply],
  ['logout', parseLogoutReply],
] as const)('the error for an answer to %s that says nothing', (operation, parse) => {
  function errorOf(response: Parameters<typeof parse>[0]): unknown {
    const reply = parse(response);
    if (reply.type !== 'unclear') throw new Error(`It should be unclear, but is ${reply.type}.`);
    return reply.error;
  }

  it.each([
    [
      'what Betfair said',
      json({ status: 'FAIL', error: 'INTERNAL_ERROR' }),
      'answered INTERNAL_ERROR',
    ],
    [
      'that a redirect may mean a country',
      page(300),
      'answered HTTP 300 (text/html) instead of JSON; this country may be blocked',
    ],
    [
      'that a redirect may mean a country',
      page(399),
      'answered HTTP 399 (text/html) instead of JSON; this country may be blocked',
    ],
    [
      'that a block page may mean the address',
      page(403),
      'answered HTTP 403 (text/html) instead of JSON; this address may be blocked',
    ],
    [
      'no more of a request that is refused',
      page(400),
      'answered HTTP 400 (text/html) instead of JSON',
    ],
    ['no more of a page', page(200), 'answered HTTP 200 (text/html) instead of JSON'],
    ['no more of an outage', page(500, ''), 'answered HTTP 500 (no content type) instead of JSON'],
    [
      'no more of a type that has another form',
      page(500, 'text/é\n'),
      'answered HTTP 500 (an unusual content type) instead of JSON',
    ],
    [
      'no more of a type than what kind it is',
      page(500, 'text/html ; charset=utf-8'),
      'answered HTTP 500 (text/html) instead of JSON',
    ],
    [
      'no more of what is no code',
      json({ status: 'FAIL', error: `NEU_Ü\n${'x'.repeat(500)}` }),
      'answered HTTP 200 (application/json) instead of JSON',
    ],
    [
      'no more of JSON without a status',
      json([]),
      'answered HTTP 200 (application/json) instead of JSON',
    ],
  ])('names the operation and says %s: %j', (_, response, reason) => {
    const error = errorOf({ ...response, secrets: [] });
    expect(error).toMatchObject({
      message: `Betfair's identity service ${reason} (${operation}). This says nothing about the session; try again later.`,
    });
    expect(error).not.toHaveProperty('cause');
  });
});

describe('the answer to a logout', () => {
  it.each([
    ['SUCCESS', json({ status: 'SUCCESS' })],
    ['NO_SESSION', json({ status: 'FAIL', error: 'NO_SESSION' })],
  ])('of %s says that the session is gone', (_, reply) => {
    expect(parseLogoutReply(reply)).toEqual({ type: 'loggedOut' });
  });
});

describe('an undocumented code', () => {
  it.each([
    [
      'keepAlive',
      parseKeepAliveReply,
      /The session is kept, and no login is made\. Look the code up/,
    ],
    ['logout', parseLogoutReply, /The session may still be valid\. Look the code up\.$/],
  ] as const)('of %s is shown, with what to do', (_, parse, advice) => {
    const longest = `A_CODE_${'X'.repeat(53)}`;
    expect(parse(json({ status: 'FAIL', error: longest }))).toMatchObject({
      type: 'unclear',
      error: {
        message: expect.stringMatching(new RegExp(`code ${longest}\\. ${advice.source}`)),
      },
    });
    expect(parse(json({ status: 'A_STATUS' }))).toMatchObject({
      error: { message: expect.stringContaining('the undocumented code A_STATUS. ') },
    });
  });
});
