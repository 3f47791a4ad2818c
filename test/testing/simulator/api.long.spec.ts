import { BetfairSimulator, SimulatedApiError } from '../../../lib/testing/index.js';
import { ACCOUNT, BETTING, rightClient, rpc, send, TestClock } from './wire.js';

const HEARTBEAT = '/exchange/heartbeat/json-rpc/v1';
const SCORES = '/exchange/scores/json-rpc/v1';
const REST = '/exchange/betting/rest/v1.0/listEventTypes/';
const ACCOUNT_REST = '/exchange/account/rest/v1.0/getAccountFunds/';
const EVENT_TYPES = 'SportsAPING/v1.0/listEventTypes';

const PREFIXES: Readonly<Record<string, string>> = {
  [BETTING]: 'SportsAPING/v1.0/',
  [ACCOUNT]: 'AccountAPING/v1.0/',
  [HEARTBEAT]: 'HeartbeatAPING/v1.0/',
  [SCORES]: 'ScoresAPING/v1.0/',
};

const fault = (exceptionname: string, errorCode: string) => ({
  exceptionname,
  [exceptionname]: { errorCode, errorDetails: '', requestUUID: expect.any(String) },
});

describe('the APIs of BetfairSimulator', () => {
  let simulator: BetfairSimulator;
  let clock: TestClock;
  let client: ReturnType<typeof rightClient>;
  let token: string;

  beforeEach(async () => {
    clock = new TestClock();
    simulator = await BetfairSimulator.start({ accounts: [{}, { username: 'other' }], clock });
    client = rightClient(simulator.options());
    token = await client.token();
  });

  afterEach(() => simulator.stop());

  const raw = (path: string, headers: Record<string, string>, body: unknown) =>
    send(simulator.ca, simulator.url + path, { headers, body: JSON.stringify(body) });

  const headersWith = (type: string | undefined) => {
    const { 'content-type': _, ...headers } = client.apiHeaders(token);
    return { ...headers, ...(type !== undefined && { 'content-type': type }) };
  };

  const place = (params: object, session = token, who = client) =>
    who.call(session, BETTING, rpc('SportsAPING/v1.0/placeOrders', params));

  describe('answers out of the box', () => {
    it.each([
      [BETTING, EVENT_TYPES, {}],
      [BETTING, 'SportsAPING/v1.0/listMarketCatalogue', { filter: {}, maxResults: 1 }],
      [BETTING, 'SportsAPING/v1.0/listMarketBook', { marketIds: ['1.1'] }],
      [BETTING, 'SportsAPING/v1.0/cancelOrders', {}],
      [ACCOUNT, 'AccountAPING/v1.0/getAccountFunds', {}],
      [HEARTBEAT, 'HeartbeatAPING/v1.0/heartbeat', { preferredTimeoutSeconds: 10 }],
    ])('%s %s', async (path, method, params) => {
      const reply = await client.call(token, path, rpc(method, params, 'seven'));

      expect(reply.status).toBe(200);
      expect(reply.json()).toEqual({ jsonrpc: '2.0', result: expect.anything(), id: 'seven' });
    });

    it('in REST, also to an empty body', async () => {
      const events = await client.call(token, REST, '');
      const funds = await client.call(token, ACCOUNT_REST, {});

      expect(events.json()).toContainEqual(
        expect.objectContaining({ eventType: { id: '7', name: 'Horse Racing' } }),
      );
      expect(funds.json()).toMatchObject({ availableToBetBalance: 1000 });
    });

    it.each(['betting/rest/v1/listEventTypes/', 'account/rest/v1/getAccountFunds'])(
      'in REST without the minor version: %s',
      async (path) => {
        expect((await client.call(token, `/exchange/${path}`, {})).status).toBe(200);
      },
    );

    it('to a heartbeat over REST', async () => {
      const path = '/exchange/heartbeat/rest/v1/heartbeat/';
      const reply = await client.call(token, path, { preferredTimeoutSeconds: 10 });
      const refused = await client.call(token, path, {});

      expect(reply.json()).toEqual({ actionPerformed: 'NONE', actualTimeoutSeconds: 10 });
      const asText = await client.call(token, path, { preferredTimeoutSeconds: '10' });
      expect(asText.json()).toEqual(reply.json());
      expect(refused.status).toBe(400);
      expect(refused.json()).toMatchObject({ faultstring: 'HBT-0001' });
    });

    it('with the markets that were asked for', async () => {
      const call = rpc('SportsAPING/v1.0/listMarketBook', { marketIds: ['1.1', '1.2'] });
      expect((await client.call(token, BETTING, call)).json()).toMatchObject({
        result: [{ marketId: '1.1' }, { marketId: '1.2' }],
      });
    });
  });

  describe('a dead session', () => {
    beforeEach(() => simulator.endSessions());

    it.each([
      [BETTING, EVENT_TYPES, 'ANGX-0003', 'APINGException'],
      [ACCOUNT, 'AccountAPING/v1.0/getAccountFunds', 'AANGX-0002', 'AccountAPINGException'],
      [HEARTBEAT, 'HeartbeatAPING/v1.0/heartbeat', 'HBT-0002', 'APINGException'],
      [SCORES, 'ScoresAPING/v1.0/listRaceDetails', expect.any(String), 'APINGException'],
    ])('is refused by %s with HTTP 200', async (path, method, message, exception) => {
      const reply = await client.call(token, path, rpc(method));

      expect(reply.status).toBe(200);
      expect(reply.json()).toEqual({
        jsonrpc: '2.0',
        error: {
          code: -32099,
          message,
          data: fault(exception, 'INVALID_SESSION_INFORMATION'),
        },
        id: 1,
      });
    });

    it.each([
      [REST, 'ANGX-0003', 'APINGException'],
      [ACCOUNT_REST, 'AANGX-0002', 'AccountAPINGException'],
    ])('is refused by %s with HTTP 400', async (path, faultstring, exception) => {
      const reply = await client.call(token, path, {});

      expect(reply.status).toBe(400);
      expect(reply.json()).toEqual({
        faultcode: 'Client',
        faultstring,
        detail: fault(exception, 'INVALID_SESSION_INFORMATION'),
      });
    });

    it('is refused in XML to a REST client that does not ask for JSON', async () => {
      const { accept: _, ...headers } = client.apiHeaders(token);

      const reply = await raw(REST, headers, {});

      expect(reply.status).toBe(400);
      expect(reply.headers['content-type']).toBe('application/xml');
      expect(reply.body).toMatch('<faultstring>ANGX-0003</faultstring>');
      expect(reply.body).toMatch('<errorCode>INVALID_SESSION_INFORMATION</errorCode>');
    });
  });

  describe('headers', () => {
    it.each([
      [BETTING, 'ANGX-0005', 'APINGException'],
      [ACCOUNT, 'AANGX-0010', 'AccountAPINGException'],
      [HEARTBEAT, 'HBT-0004', 'APINGException'],
    ])('%s without a token answers NO_SESSION', async (path, message, exception) => {
      const { 'x-authentication': _, ...headers } = client.apiHeaders(token);

      expect((await raw(path, headers, rpc(`${PREFIXES[path]}any`))).json()).toMatchObject({
        error: { code: -32099, message, data: fault(exception, 'NO_SESSION') },
      });
    });

    it('without an application key the answer is NO_APP_KEY', async () => {
      const { 'x-application': _, ...headers } = client.apiHeaders(token);

      expect((await raw(REST, headers, {})).json()).toMatchObject({
        faultstring: 'ANGX-0004',
        detail: fault('APINGException', 'NO_APP_KEY'),
      });
    });

    it('an unknown application key is INVALID_APP_KEY', async () => {
      const reply = await client.call(token, BETTING, rpc(EVENT_TYPES), {
        'x-application': 'nope',
      });

      expect(reply.json()).toMatchObject({
        error: { message: 'ANGX-0007', data: fault('APINGException', 'INVALID_APP_KEY') },
      });
    });

    it('the application key of another program works with the session', async () => {
      const { applicationKey } = simulator.options('other');
      const reply = await client.call(token, BETTING, rpc(EVENT_TYPES), {
        'x-application': applicationKey,
      });

      expect(reply.json()).toHaveProperty('result');
    });
  });

  describe('the content type', () => {
    const types = [undefined, 'text/plain', 'application/x-www-form-urlencoded'];
    it.each(types)('%s does not matter to JSON-RPC', async (type) => {
      const reply = await raw(BETTING, headersWith(type), rpc(EVENT_TYPES));
      expect(reply.json()).toHaveProperty('result');
    });

    it.each(types)('%s is refused in REST', async (type) => {
      const reply = await raw(REST, headersWith(type), {});
      expect(reply.status).toBe(415);
      expect(reply.json()).toEqual({ faultcode: 'Client', faultstring: 'DSC-0011', detail: {} });
    });

    it('of JSON may name its encoding in REST', async () => {
      const reply = await raw(REST, headersWith('Application/JSON; charset=utf-8'), {});
      expect(reply.status).toBe(200);
    });
  });

  describe('error numbers', () => {
    it.each([
      [BETTING, 'ANGX-0001', 'TOO_MUCH_DATA'],
      [BETTING, 'ANGX-0002', 'INVALID_INPUT_DATA'],
      [BETTING, 'ANGX-0006', 'UNEXPECTED_ERROR'],
      [BETTING, 'ANGX-0009', 'SERVICE_BUSY'],
      [BETTING, 'ANGX-0010', 'TIMEOUT_ERROR'],
      [BETTING, 'ANGX-0014', 'REQUEST_SIZE_EXCEEDS_LIMIT'],
      [BETTING, 'ANGX-0015', 'ACCESS_DENIED'],
      [ACCOUNT, 'AANGX-0001', 'INVALID_INPUT_DATA'],
      [ACCOUNT, 'AANGX-0003', 'UNEXPECTED_ERROR'],
      [ACCOUNT, 'AANGX-0004', 'INVALID_APP_KEY'],
      [ACCOUNT, 'AANGX-0005', 'SERVICE_BUSY'],
      [ACCOUNT, 'AANGX-0006', 'TIMEOUT_ERROR'],
      [ACCOUNT, 'AANGX-0011', 'NO_APP_KEY'],
      [ACCOUNT, 'AANGX-0014', 'TOO_MANY_REQUESTS'],
      [HEARTBEAT, 'HBT-0001', 'INVALID_INPUT_DATA'],
      [HEARTBEAT, 'HBT-0003', 'NO_APP_KEY'],
      [HEARTBEAT, 'HBT-0005', 'INVALID_APP_KEY'],
      [HEARTBEAT, 'HBT-0006', 'UNEXPECTED_ERROR'],
    ])('%s words %s', async (path, message, errorCode) => {
      simulator.answer('any', () => {
        throw new SimulatedApiError(errorCode);
      });
      const reply = await client.call(token, path, rpc(`${PREFIXES[path]}any`));
      expect(reply.json()).toMatchObject({ error: { code: -32099, message } });
    });
  });

  describe('framework faults have no data, and an empty detail in REST', () => {
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    it.each([
      ['half an object', '{"jsonrpc":'],
      ['an empty batch', '[]'],
      ['a number', '7'],
      ['a call without a method', '{"id":1}'],
      ['a batch of numbers', '[1]'],
      ['an id that is an object', JSON.stringify({ ...rpc(EVENT_TYPES), id: {} })],
      ['a deep id', `{"method":"${EVENT_TYPES}","id":${deep}}`],
      ['deep parameters', `{"method":"${EVENT_TYPES}","params":{"filter":${deep}},"id":1}`],
    ])('for a JSON-RPC body of %s', async (_name, body) => {
      const reply = await client.call(token, BETTING, body);

      expect(reply.status).toBe(400);
      expect(reply.json()).toEqual({
        jsonrpc: '2.0',
        error: { code: -32700, message: 'DSC-0008' },
      });
    });

    it('for malformed JSON in REST', async () => {
      const reply = await client.call(token, REST, '{"filter":');

      expect(reply.status).toBe(400);
      expect(reply.json()).toEqual({ faultcode: 'Client', faultstring: 'DSC-0008', detail: {} });
    });

    it.each([
      [BETTING, 'SportsAPING/v1.0/listNothing'],
      [BETTING, 'SportsAPING/v1.0/toString'],
      [BETTING, 'listEventTypes'],
      [BETTING, 'SportsAPING/v1.0/menu.json'],
      [BETTING, 'AccountAPING/v1.0/getAccountFunds'],
      [BETTING, 'SportsAPING/v1.0/getAccountFunds'],
      [BETTING, 'SportsAPING/v1.0/heartbeat'],
      [ACCOUNT, EVENT_TYPES],
      [ACCOUNT, 'AccountAPING/v1.0/listEventTypes'],
      [ACCOUNT, 'getAccountFunds'],
      [HEARTBEAT, 'HeartbeatAPING/v1.0/listRaceDetails'],
      [SCORES, 'ScoresAPING/v1.0/heartbeat'],
    ])('for the method that %s does not have: %s', async (path, method) => {
      expect((await client.call(token, path, rpc(method))).json()).toEqual({
        jsonrpc: '2.0',
        error: { code: -32601, message: 'DSC-0021' },
        id: 1,
      });
    });

    it.each(['betting/rest/v1/getAccountFunds', 'account/rest/v1/listEventTypes'])(
      'for an operation of another service in REST: %s',
      async (path) => {
        const reply = await client.call(token, `/exchange/${path}`, {});
        expect(reply.status).toBe(404);
        expect(reply.json()).toMatchObject({ faultstring: 'DSC-0021' });
      },
    );

    it.each([
      '/exchange/betting/rest/v9/listEventTypes/',
      '/exchange/scores/rest/v1/listRaceDetails/',
      '/exchange/nothing/json-rpc/v1',
    ])('for the path %s, which leads nowhere', async (path) => {
      const reply = await client.call(token, path, {});
      expect(reply.status).toBe(404);
      expect(reply.json()).toEqual({ faultcode: 'Client', faultstring: 'DSC-0021', detail: {} });
    });
  });

  describe('the navigation menu', () => {
    const MENU = '/exchange/betting/rest/v1/en/navigation/menu.json';
    const get = async (session: string) =>
      send(simulator.ca, simulator.url + MENU, {
        method: 'GET',
        headers: {
          accept: 'application/json',
          'x-application': 'SimulatedAppKey1',
          'x-authentication': session,
        },
      });

    it('leads from the sports to the markets', async () => {
      const reply = await get(token);

      expect(reply.status).toBe(200);
      expect(reply.json()).toMatchObject({ type: 'GROUP', name: 'ROOT', id: 0 });
      const types = Array.from(reply.body.matchAll(/"type":"(\w+)"/g), ([, type]) => type);
      expect(new Set(types)).toEqual(new Set(['GROUP', 'EVENT_TYPE', 'EVENT', 'MARKET']));
      expect(simulator.requests.at(-1)).toMatchObject({
        endpoint: 'api',
        apiMethods: ['menu.json'],
      });
    });

    it('is refused to a dead session', async () => {
      simulator.endSessions();
      const reply = await get(token);
      expect(reply.status).toBe(400);
      expect(reply.json()).toMatchObject({
        faultstring: 'ANGX-0003',
        detail: fault('APINGException', 'INVALID_SESSION_INFORMATION'),
      });
    });

    it('is set by a test, which gets the locale', async () => {
      simulator.answer('menu.json', ({ locale }) => ({
        type: 'GROUP',
        name: locale,
        children: [],
      }));
      expect((await get(token)).json()).toMatchObject({ name: 'en' });
    });
  });

  it('refuses what is not POST', async () => {
    const headers = client.apiHeaders(token);
    const reply = await send(simulator.ca, simulator.url + REST, { method: 'GET', headers });
    expect(reply.status).toBe(405);
  });

  it('answers a batch in another order, each call by its id', async () => {
    const batch = [rpc(EVENT_TYPES, {}, 1), rpc('SportsAPING/v1.0/listNothing', {}, 2)];

    const reply = await client.call(token, BETTING, batch);

    expect(reply.status).toBe(200);
    expect(reply.json()).toEqual([
      { jsonrpc: '2.0', error: { code: -32601, message: 'DSC-0021' }, id: 2 },
      { jsonrpc: '2.0', result: expect.anything(), id: 1 },
    ]);
    expect(simulator.counts.calls).toBe(1);
    expect(simulator.requests.at(-1)?.apiMethods).toEqual(['listEventTypes', 'listNothing']);
  });

  it('answers a batch of one with an array', async () => {
    expect((await client.call(token, BETTING, [rpc(EVENT_TYPES)])).json()).toHaveLength(1);
  });

  describe('answer()', () => {
    it.each(['listCompetitions', 'SportsAPING/v1.0/listCompetitions'])(
      'sets the result of %s for JSON-RPC and REST',
      async (method) => {
        simulator.answer(method, [{ marketCount: 3 }]);

        const overRpc = await client.call(token, BETTING, rpc('SportsAPING/v1.0/listCompetitions'));
        const overRest = await client.call(
          token,
          '/exchange/betting/rest/v1.0/listCompetitions/',
          {},
        );

        expect(overRpc.json()).toMatchObject({ result: [{ marketCount: 3 }] });
        expect(overRest.json()).toEqual([{ marketCount: 3 }]);
      },
    );

    it('sets an operation that no service has for all of them, and one with a prefix for its own', async () => {
      simulator.answer('listNew', 'everywhere');
      simulator.answer('AccountAPING/v1.0/getNew', 'here');
      for (const [path, prefix] of Object.entries(PREFIXES)) {
        const everywhere = await client.call(token, path, rpc(`${prefix}listNew`));
        expect(everywhere.json()).toMatchObject({ result: 'everywhere' });
        const here = await client.call(token, path, rpc(`${prefix}getNew`));
        expect(here.json()).toMatchObject(
          path === ACCOUNT ? { result: 'here' } : { error: { message: 'DSC-0021' } },
        );
      }
    });

    it('that cannot be written is an UNEXPECTED_ERROR, beside the other answers of a batch', async () => {
      simulator.answer('listEvents', () => 1n);
      const calls = [rpc(EVENT_TYPES, {}, 1), rpc('SportsAPING/v1.0/listEvents', {}, 2)];
      expect((await client.call(token, BETTING, calls)).json()).toMatchObject([
        { error: { message: 'ANGX-0006' }, id: 2 },
        { result: expect.anything(), id: 1 },
      ]);
      const path = '/exchange/betting/rest/v1/listEvents/';
      expect((await client.call(token, path, {})).json()).toMatchObject({
        faultstring: 'ANGX-0006',
      });
    });

    it('that is nothing is null', async () => {
      simulator.answer('listEvents', () => undefined);
      const call = rpc('SportsAPING/v1.0/listEvents');
      expect((await client.call(token, BETTING, call)).json()).toMatchObject({ result: null });
      const path = '/exchange/betting/rest/v1/listEvents/';
      expect((await client.call(token, path, {})).body).toBe('null');
    });

    it('takes an async function of the parameters and the account', async () => {
      simulator.answer('listEvents', async (params, { username }) => ({ params, username }));

      const call = rpc('SportsAPING/v1.0/listEvents', { filter: { eventIds: ['7'] } });

      expect((await client.call(token, BETTING, call)).json()).toMatchObject({
        result: { params: { filter: { eventIds: ['7'] } }, username: simulator.options().username },
      });
    });

    it('words the refusal that a function throws', async () => {
      simulator.answer('listEventTypes', () => {
        throw new SimulatedApiError('TOO_MANY_REQUESTS', 'slow <down>');
      });
      const { accept: _, ...headers } = client.apiHeaders(token);

      expect((await client.call(token, BETTING, rpc(EVENT_TYPES))).json()).toMatchObject({
        error: {
          message: 'ANGX-0008',
          data: { APINGException: { errorCode: 'TOO_MANY_REQUESTS', errorDetails: 'slow <down>' } },
        },
      });
      expect((await raw(REST, headers, {})).body).toMatch('slow &lt;down&gt;');
    });

    it('shows any other error of a function as UNEXPECTED_ERROR', async () => {
      simulator.answer('listEventTypes', () => Promise.reject(new TypeError('a slip')));

      expect((await client.call(token, REST, {})).json()).toMatchObject({
        detail: { APINGException: { errorCode: 'UNEXPECTED_ERROR', errorDetails: 'a slip' } },
      });
    });
  });

  describe('rejectCalls()', () => {
    it('refuses the planned calls, although the session lives', async () => {
      const end = simulator.rejectCalls((request) => request.headers['x-authentication'] === token);

      expect((await client.call(token, BETTING, rpc(EVENT_TYPES))).json()).toMatchObject({
        error: { data: fault('APINGException', 'INVALID_SESSION_INFORMATION') },
      });
      expect((await client.keepAlive(token)).json()).toMatchObject({ status: 'SUCCESS' });
      const fresh = await client.token();
      expect((await client.call(fresh, BETTING, rpc(EVENT_TYPES))).json()).toHaveProperty('result');

      end();
      expect((await client.call(token, BETTING, rpc(EVENT_TYPES))).json()).toHaveProperty('result');
    });

    it('can refuse one call of a batch while another takes effect', async () => {
      simulator.rejectCalls((_, call) => call.method === 'listEventTypes');
      const order = { marketId: '1.1', instructions: [{ selectionId: 1 }] };

      const reply = await client.call(token, BETTING, [
        rpc(EVENT_TYPES, {}, 'list'),
        rpc('SportsAPING/v1.0/placeOrders', order, 'place'),
      ]);

      expect(reply.json()).toEqual([
        expect.objectContaining({ id: 'place', result: expect.anything() }),
        expect.objectContaining({ id: 'list', error: expect.anything() }),
      ]);
      expect(simulator.orders).toHaveLength(1);
    });
  });

  describe('placeOrders', () => {
    const instruction = {
      selectionId: 47_972,
      side: 'BACK',
      orderType: 'LIMIT',
      limitOrder: { size: 2, price: 3, persistenceType: 'LAPSE' },
    };
    const order = { marketId: '1.1', instructions: [instruction], customerRef: 'ref-1' };

    it('records what it accepts and reports a bet for each instruction', async () => {
      const reply = await place({ ...order, instructions: [instruction, instruction] });

      expect(reply.json()).toMatchObject({
        result: {
          status: 'SUCCESS',
          marketId: '1.1',
          customerRef: 'ref-1',
          instructionReports: [
            { status: 'SUCCESS', betId: expect.stringMatching(/^\d+$/), instruction },
            { status: 'SUCCESS', betId: expect.stringMatching(/^\d+$/), instruction },
          ],
        },
      });
      expect(simulator.orders).toEqual([
        {
          username: simulator.options().username,
          marketId: '1.1',
          customerRef: 'ref-1',
          instructions: [instruction, instruction],
        },
      ]);
    });

    it('refuses the same customerRef of the same account for 60 seconds', async () => {
      await place(order);
      clock.now += 59_999;
      expect((await place(order)).json()).toMatchObject({
        result: {
          status: 'FAILURE',
          errorCode: 'DUPLICATE_TRANSACTION',
          customerRef: 'ref-1',
          instructionReports: [{ status: 'FAILURE', instruction }],
        },
      });
      const other = rightClient(simulator.options('other'));
      expect((await place(order, await other.token(), other)).json()).toMatchObject({
        result: { status: 'SUCCESS' },
      });
      clock.now += 1;
      expect((await place(order)).json()).toMatchObject({ result: { status: 'SUCCESS' } });
      expect(simulator.orders.map(({ username }) => username === 'other')).toEqual([
        false,
        true,
        false,
      ]);
    });

    it('accepts every order without a customerRef', async () => {
      const { customerRef: _, ...unnamed } = order;
      await place(unnamed);
      await place(unnamed);
      expect(simulator.orders).toHaveLength(2);
    });

    it.each([
      ['no market', { instructions: [instruction] }],
      ['no instructions', { marketId: '1.1', instructions: [] }],
      ['a customerRef of 33 characters', { ...order, customerRef: 'x'.repeat(33) }],
    ])('refuses %s', async (_, params) => {
      expect((await place(params)).json()).toMatchObject({
        error: {
          message: 'ANGX-0002',
          data: { APINGException: { errorCode: 'INVALID_INPUT_DATA' } },
        },
      });
      expect(simulator.orders).toEqual([]);
    });
  });
});
