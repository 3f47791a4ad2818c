import { inspect } from 'node:util';
import { isInvalidSession } from 'nestjs-betfair-session';
import { INVALID } from '../calls/rejections.fixture.js';
import { closeServed } from '../support/http-application.js';
import { serveHandler } from './support/one-handler.js';

afterEach(closeServed);

const TOKEN = 'a-token';
const SECRET = { 'X-Authentication': TOKEN };

function refusal(carries: object): Error {
  return Object.assign(new Error('refused'), { errorCode: INVALID, ...carries });
}

/** An error with others behind it, the last of which carries something. */
function chain(links: number, carries: object = {}): Error {
  let error = Object.assign(new Error('innermost'), carries);
  for (let link = 1; link < links; link += 1) error = new Error('refused', { cause: error });
  return Object.assign(error, { errorCode: INVALID });
}

/** What goes up where a handler throws this, and no session can be had after it. */
async function causeAfter(rejection: Error): Promise<unknown> {
  const { get, simulator, sessions, errors } = await serveHandler(() => {
    throw rejection;
  });
  await sessions().getSession();
  simulator.endSessions();
  simulator.fail('certLogin', { status: 503 });
  await get('/');
  const [error] = errors;
  expect(error).toMatchObject({ code: 'BETFAIR_IDENTITY_UNAVAILABLE' });
  return error instanceof Error ? error.cause : undefined;
}

describe('the cause of a failed refresh', () => {
  it.each([
    ['config', refusal({ config: { headers: SECRET } })],
    ['request', refusal({ request: { headers: SECRET } })],
    ['options.headers', refusal({ options: { headers: SECRET } })],
    ['response.config', refusal({ response: { config: { headers: SECRET } } })],
    ['response.request', refusal({ response: { request: { headers: SECRET } } })],
    ['config of its eighth link', chain(8, { config: { headers: SECRET } })],
    ['the ninth link of a chain that is too long to look through', chain(9)],
  ])(
    'is a copy without the request, where the rejection may hold one: %s',
    async (_, rejection) => {
      const cause = await causeAfter(rejection);
      expect(cause).not.toBe(rejection);
      expect(isInvalidSession(cause)).toBe(true);
      expect(cause).toMatchObject({ name: 'Error', errorCode: INVALID });
      expect(cause).not.toHaveProperty('cause');
      expect(inspect(cause, { depth: Infinity, showHidden: true })).not.toContain(TOKEN);
    },
  );

  it.each([
    ['one link', chain(1)],
    ['eight links', chain(8)],
    ['options without headers', refusal({ options: { retries: 2 } })],
    ['a response that holds no request', refusal({ response: { status: 400 } })],
  ])('is the rejection itself, where it holds no request: %s', async (_, rejection) => {
    expect(await causeAfter(rejection)).toBe(rejection);
  });

  it.each([
    ['its own', { status: 400 }],
    ["its response's", { response: { status: 400 } }],
  ])('keeps the HTTP status of a rejection: %s', async (_, carries) => {
    const cause = await causeAfter(refusal({ request: {}, ...carries }));
    expect(cause).toMatchObject({ errorCode: INVALID, status: 400 });
  });

  it('takes no text for an HTTP status', async () => {
    const cause = await causeAfter(refusal({ request: {}, response: { status: 'Bad Request' } }));
    expect(cause).toMatchObject({ errorCode: INVALID });
    expect(cause).not.toHaveProperty('status');
  });
});
