import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import {
  FormData as OtherFormData,
  Headers as OtherHeaders,
  Request as OtherRequest,
} from 'undici';
import { closeAccounts, createAccount } from '../../support/account.js';
import { post, REST, RPC, rpcCall } from '../../support/betting.js';

afterEach(closeAccounts);

const BODY = JSON.stringify(rpcCall('listEventTypes', undefined, 'A'));

async function setUp() {
  const account = await createAccount();
  const { sessions } = await account.start({ storage: 'mem://' });
  const sent = () => account.simulator.requests.filter(({ endpoint }) => endpoint === 'api');
  return { ...account, sessions, sent };
}

describe('what fetch was given, changed after the call', () => {
  it('sends each request to the URL as it was at the call', async () => {
    const { sessions, simulator, sent } = await setUp();
    const url = new URL(`${REST}/`, simulator.url);
    const calls = ['listEventTypes', 'listCurrentOrders', 'placeOrders'].map((operation) => {
      url.pathname = `${REST}/${operation}/`;
      return sessions.fetch(url, post({}));
    });
    await Promise.all(calls);
    expect(
      sent()
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual([`${REST}/listCurrentOrders/`, `${REST}/listEventTypes/`, `${REST}/placeOrders/`]);
  });

  it('sends the method, the headers and the body as they were', async () => {
    const { sessions, sent } = await setUp();
    const headers = new Headers({ 'x-mine': 'first' });
    const body = Buffer.from(BODY);
    const init: RequestInit = { method: 'POST', headers, body };
    const answer = sessions.fetch(RPC, init);
    headers.set('x-mine', 'second');
    body.fill(0x20);
    init.method = 'DELETE';
    init.body = 'other';
    await answer;
    expect(sent()).toEqual([
      expect.objectContaining({
        method: 'POST',
        body: BODY,
        headers: expect.objectContaining({ 'x-mine': 'first' }),
      }),
    ]);
  });

  it('sends parameters and forms as they were', async () => {
    const { sessions, sent } = await setUp();
    const parameters = new URLSearchParams({ a: 'first' });
    const form = new FormData();
    form.set('a', 'first');
    const answers = [parameters, form].map((body) => sessions.fetch(RPC, { method: 'POST', body }));
    parameters.set('a', 'second');
    form.set('a', 'second');
    await Promise.all(answers);
    for (const { body } of sent()) {
      expect(body).toContain('first');
      expect(body).not.toContain('second');
    }
  });
});

describe('a Request given to fetch', () => {
  const kinds: readonly (readonly [string, (url: string) => unknown])[] = [
    [
      'of Node',
      (url) => new Request(url, { method: 'POST', body: BODY, headers: { 'x-mine': '1' } }),
    ],
    [
      'of the package undici',
      (url) => new OtherRequest(url, { method: 'POST', body: BODY, headers: { 'x-mine': '1' } }),
    ],
    [
      'of the shape of node-fetch',
      (url) => ({
        url,
        method: 'POST',
        headers: new OtherHeaders({ 'x-mine': '1' }),
        body: {},
        bodyUsed: false,
        signal: null,
        arrayBuffer: async () => new TextEncoder().encode(BODY).buffer,
      }),
    ],
  ];

  it.each(kinds)(
    '%s is sent with its method, headers and body, and again when refused',
    async (_, make) => {
      const { sessions, simulator, sent } = await setUp();
      await sessions.getSession();
      simulator.endSessions();
      const response: Response = await Reflect.apply(sessions.fetch, undefined, [
        make(simulator.url + RPC),
      ]);
      expect(await response.json()).toMatchObject({ result: expect.any(Array) });
      expect(sent()).toEqual(
        Array(2).fill(
          expect.objectContaining({
            method: 'POST',
            path: RPC,
            body: BODY,
            headers: expect.objectContaining({ 'x-mine': '1' }),
          }),
        ),
      );
    },
  );

  it('is overridden by the init beside it, as by WHATWG fetch', async () => {
    const { sessions, simulator, sent } = await setUp();
    const request = new Request(simulator.url + RPC, { method: 'POST', body: 'first' });
    await sessions.fetch(request, { body: BODY });
    expect(sent()).toEqual([expect.objectContaining({ method: 'POST', body: BODY })]);
  });

  it('is refused when its body was used already', async () => {
    const { sessions, simulator, sent } = await setUp();
    const request = new Request(simulator.url + RPC, { method: 'POST', body: BODY });
    await request.text();
    await expect(sessions.fetch(request)).rejects.toThrow(TypeError);
    expect(sent()).toEqual([]);
  });

  it('of another origin is refused', async () => {
    await using other = await BetfairSimulator.start();
    const { sessions, sent } = await setUp();
    await expect(
      sessions.fetch(new Request(other.url + RPC, { method: 'POST', body: BODY })),
    ).rejects.toMatchObject({ code: 'BETFAIR_FOREIGN_URL' });
    expect([...sent(), ...other.requests]).toEqual([]);
  });

  it('a form of another implementation is sent as a form', async () => {
    const { sessions, sent } = await setUp();
    const body = new OtherFormData();
    body.set('name', 'välue');
    await Reflect.apply(sessions.fetch, undefined, [RPC, { method: 'POST', body }]);
    expect(sent()[0]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(sent()[0]?.body).toContain('välue');
  });

  it.each([
    ['an object as body', RPC, { method: 'POST', body: { a: 1 } }],
    ['a body for GET', RPC, { body: BODY }],
    ['a method that browsers refuse', RPC, { method: 'TRACE' }],
    ['no URL', {}, undefined],
  ])('%s is refused before anything is sent', async (_, input, init) => {
    const { sessions, simulator } = await setUp();
    const answer: Promise<Response> = Reflect.apply(sessions.fetch, undefined, [input, init]);
    await expect(answer).rejects.toThrow(TypeError);
    expect(simulator.requests).toEqual([]);
  });
});

describe('the answer of fetch', () => {
  it('is a Response of Node, with its URL', async () => {
    const { sessions, simulator } = await setUp();
    const { fetch } = sessions;
    const response = await fetch(`${RPC}?a=1#b`, { method: 'POST', body: BODY });
    expect(response).toBeInstanceOf(Response);
    expect(response.url).toBe(`${simulator.url}${RPC}?a=1`);
    expect(response.redirected).toBe(false);
    expect(response.clone()).toMatchObject({ url: response.url, type: 'basic' });
  });
});
