import { inspect } from 'node:util';
import { isInvalidSession } from 'nestjs-betfair-session';
import { INVALID, restFault } from '../calls/rejections.fixture.js';
import { closeServed } from '../support/http-application.js';
import { serveHandler } from './support/one-handler.js';

afterEach(closeServed);

const TOKEN = 'a-token';
const KEY = 'an-application-key';
const SECRET = { 'X-Authentication': TOKEN, 'X-Application': KEY };

function refusal(carries: object): Error {
  return Object.assign(new Error('refused'), { errorCode: INVALID, ...carries });
}

/** An error with others behind it, the last of which carries something. */
function chain(links: number, carries: object = {}): Error {
  let error = Object.assign(new Error('innermost'), carries);
  for (let link = 1; link < links; link += 1) error = new Error('refused', { cause: error });
  return Object.assign(error, { errorCode: INVALID });
}

/** An error as axios throws it. */
function axiosError(): Error {
  const config = { headers: SECRET };
  const response = { status: 400, headers: {}, config, data: restFault(INVALID) };
  return Object.assign(new Error('Request failed with status code 400'), { config, response });
}

/** A result as axios resolves with it. */
function axiosResult() {
  return { status: 200, headers: {}, config: { headers: SECRET }, data: restFault(INVALID) };
}

function fail(rejection: Error): never {
  throw rejection;
}

/** What goes up where a handler throws this, and no session can be had after it. */
function causeAfter(rejection: Error): Promise<unknown> {
  return causeOf(() => fail(rejection));
}

/** What goes up where a handler ends with a refusal, and no session can be had after it. */
async function causeOf(handle: () => unknown): Promise<unknown> {
  const { get, simulator, sessions, errors } = await serveHandler(handle);
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
    ['a place that only one client has', refusal({ originalRequest: { headers: SECRET } })],
    ['none', chain(1)],
  ])(
    'is a copy without the request, which clients hang in ever new places: %s',
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

  it.each<[string, () => unknown]>([
    [
      'Promise.allSettled',
      () => Promise.allSettled([Promise.reject(axiosError()), Promise.reject(axiosError())]),
    ],
    ['Promise.allSettled of results', () => Promise.allSettled([Promise.resolve(axiosResult())])],
    ['an AggregateError', () => fail(new AggregateError([axiosError(), axiosError()]))],
    [
      'an AggregateError that is a cause',
      () => {
        const all = Object.assign(new AggregateError([axiosError()]), { errorCode: INVALID });
        return fail(new Error('refused', { cause: all }));
      },
    ],
    ['a list of results', () => [axiosResult(), axiosResult()]],
    ['a result', () => axiosResult()],
    ['a result that holds an error', () => ({ ok: false, error: axiosError() })],
    ['an error that holds another', () => fail(refusal({ error: axiosError() }))],
  ])('shows no secret after a refusal in several or in others: %s', async (_, handle) => {
    const cause = await causeOf(handle);
    expect(isInvalidSession(cause)).toBe(true);
    const shown = inspect(cause, { depth: Infinity, showHidden: true }) + JSON.stringify(cause);
    expect(shown).not.toContain(TOKEN);
    expect(shown).not.toContain(KEY);
  });
});
