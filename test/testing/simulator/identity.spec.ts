import { Agent } from 'node:https';
import { BetfairSimulator } from '../../../lib/testing/index.js';
import { rightClient, send, TestClock } from './wire.js';

const MINUTE = 60_000;
const TOKEN = /^[A-Za-z0-9+/]{43}=$/;

describe('the identity service of BetfairSimulator', () => {
  let simulator: BetfairSimulator;
  let clock: TestClock;

  beforeEach(async () => {
    clock = new TestClock();
    simulator = await BetfairSimulator.start({
      accounts: [{}, { username: 'other' }, { username: 'rossi', jurisdiction: 'italy' }],
      clock,
    });
  });

  afterEach(() => simulator.stop());

  const client = (username?: string) => rightClient(simulator.options(username));

  const logIn = async (times: number, body = client().form()) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const { ca, endpoints } = simulator.options();
    const raw = { headers: client().formHeaders, body, agent };
    await Promise.all(Array.from({ length: times }, () => send(ca, endpoints.login, raw)));
    agent.destroy();
  };

  describe('certlogin', () => {
    it('gives a session to a client that does everything right', async () => {
      const reply = await client().certLogin();

      expect(reply.status).toBe(200);
      expect(reply.headers['content-type']).toBe('application/json');
      expect(reply.json()).toEqual({
        sessionToken: expect.stringMatching(TOKEN),
        loginStatus: 'SUCCESS',
      });
    });

    it('refuses a TLS connection without a certificate in HTML', async () => {
      const { formHeaders: headers, form } = client();
      const { ca, endpoints } = simulator.options();

      const reply = await send(ca, endpoints.certLogin, { headers, body: form() });

      expect(reply.status).toBe(400);
      expect(reply.headers['content-type']).toMatch('text/html');
      expect(reply.body).toMatch('No required SSL certificate was sent');
    });

    it('refuses the certificate of another account', async () => {
      const { certificate } = simulator.options('other');
      const { formHeaders: headers, form } = client();
      const { ca, endpoints } = simulator.options();

      const reply = await send(ca, endpoints.certLogin, { headers, body: form(), certificate });

      expect(reply.status).toBe(200);
      expect(reply.json()).toEqual({ loginStatus: 'CERT_AUTH_REQUIRED' });
    });

    it('lives on its own host only', async () => {
      const { ca, url } = simulator;
      const { endpoints, certificate } = simulator.options();
      const certificateHost = new URL(endpoints.certLogin).origin;

      const there = await send(ca, `${url}/api/certlogin`, { certificate });
      const back = await send(ca, `${certificateHost}/api/login`, { certificate });
      const api = await send(ca, `${certificateHost}/exchange/betting/json-rpc/v1`);

      expect([there.status, back.status, api.status]).toEqual([404, 404, 404]);
      expect(simulator.counts).toMatchObject({ loginAttempts: 0, calls: 0 });
      expect(simulator.requests.map(({ endpoint }) => endpoint)).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    });
  });

  describe('login', () => {
    it('names its fields otherwise than certlogin', async () => {
      expect((await client().login()).json()).toEqual({
        token: expect.stringMatching(TOKEN),
        product: 'SimulatedAppKey1',
        status: 'SUCCESS',
        error: '',
      });
    });

    it('wants the two-factor code behind the password', async () => {
      simulator.account().twoFactorCode = '123456';
      const { form, login } = client();
      const { password } = simulator.options();

      expect((await login()).json()).toMatchObject({ error: 'STRONG_AUTH_CODE_REQUIRED' });
      expect((await login(form(`${password}654321`))).json()).toMatchObject({
        error: 'STRONG_CODE_FAIL',
      });
      expect((await login(form('wrong123456'))).json()).toMatchObject({
        error: 'INVALID_USERNAME_OR_PASSWORD',
      });
      expect((await login(form(`${password}123456`))).json()).toMatchObject({ status: 'SUCCESS' });
    });
  });

  describe.each(['certLogin', 'login'] as const)('%s refuses a client that', (endpoint) => {
    const refusal = (code: string) =>
      endpoint === 'certLogin'
        ? { loginStatus: code }
        : { token: '', product: expect.any(String), status: 'FAIL', error: code };
    const attempt = (raw: {
      headers?: Record<string, string | undefined>;
      body?: string;
      method?: string;
    }) => {
      const { ca, endpoints, certificate } = simulator.options();
      const { formHeaders, form } = client();
      const headers = Object.entries({ ...formHeaders, ...raw.headers }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      );
      return send(ca, endpoints[endpoint], {
        method: raw.method ?? 'POST',
        headers: Object.fromEntries(headers),
        body: raw.body ?? form(),
        certificate,
      });
    };

    afterEach(() => expect(simulator.counts.logins).toBe(0));

    it('does not POST', async () => {
      const reply = await attempt({ method: 'GET', body: '' });
      expect(reply.status).toBe(405);
      expect(reply.headers['content-type']).toMatch('text/html');
    });

    it('sends JSON', async () => {
      const { username, password } = simulator.options();
      const reply = await attempt({
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username, password }),
      });
      expect(reply.json()).toEqual(refusal('INPUT_VALIDATION_ERROR'));
    });

    it('sends multipart, as FormData becomes', async () => {
      const reply = await attempt({
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        body: '--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nother\r\n--x--\r\n',
      });
      expect(reply.json()).toEqual(refusal('INPUT_VALIDATION_ERROR'));
    });

    it('leaves out the application key', async () => {
      const reply = await attempt({ headers: { 'x-application': undefined } });
      expect(reply.json()).toEqual(refusal('INPUT_VALIDATION_ERROR'));
    });

    it('leaves out the password', async () => {
      const reply = await attempt({ body: 'username=other' });
      expect(reply.json()).toEqual(refusal('INPUT_VALIDATION_ERROR'));
    });

    it('does not encode special characters', async () => {
      const { username, password } = simulator.options();
      const reply = await attempt({ body: `username=${username}&password=${password}` });
      expect(reply.json()).toEqual(refusal('INVALID_USERNAME_OR_PASSWORD'));
    });

    it('waits for 100 Continue', async () => {
      const reply = await attempt({ headers: { expect: '100-continue' } });
      expect(reply.status).toBe(417);
      expect(simulator.requests.at(-1)).toMatchObject({ endpoint, body: '' });
    });

    it('has a wrong password', async () => {
      const reply = await attempt({ body: client().form('wrong') });
      expect(reply.json()).toEqual(refusal('INVALID_USERNAME_OR_PASSWORD'));
    });

    it('has an unknown user name', async () => {
      const reply = await attempt({ body: 'username=nobody&password=x' });
      expect(reply.json()).toEqual(refusal('INVALID_USERNAME_OR_PASSWORD'));
    });

    it('has an account that must not log in', async () => {
      simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
      expect((await attempt({})).json()).toEqual(refusal('ACCOUNT_NOW_LOCKED'));
    });
  });

  describe('login without "Accept: application/json"', () => {
    it.each([undefined, '*/*', 'text/html'])(
      'answers a page to %s, and logs nobody in',
      async (accept) => {
        const { ca, endpoints } = simulator.options();
        const { accept: _, ...headers } = client().formHeaders;

        const reply = await send(ca, endpoints.login, {
          headers: { ...headers, ...(accept !== undefined && { accept }) },
          body: client().form(),
        });

        expect(reply.status).toBe(200);
        expect(reply.headers['content-type']).toMatch('text/html');
        expect(reply.body).toMatch('<html>');
        expect(simulator.counts.logins).toBe(0);
      },
    );
  });

  describe.each(['certLogin', 'login'] as const)(
    'credentials in the query string of %s',
    (endpoint) => {
      const attempt = async (query: Record<string, string>, body: string, type?: string) => {
        const { ca, endpoints, certificate } = simulator.options();
        const { 'content-type': form, ...headers } = client().formHeaders;
        const url = `${endpoints[endpoint]}?${new URLSearchParams(query).toString()}`;
        const raw = { headers: { ...headers, 'content-type': type ?? form }, body, certificate };
        const reply = await send(ca, url, raw);
        return reply.body.includes('SUCCESS');
      };

      it('count, field by field, if the body has none', async () => {
        const { username, password } = simulator.options();
        expect(await attempt({ username, password }, '')).toBe(true);
        expect(await attempt({ password }, new URLSearchParams({ username }).toString())).toBe(
          true,
        );
        expect(simulator.requests.map((request) => request.username)).toEqual([username, username]);
      });

      it('count with a body of any other type', async () => {
        const { username, password } = simulator.options();
        expect(await attempt({ username, password }, '{}', 'application/json')).toBe(true);
      });

      it('give way to those in the body', async () => {
        const { username, password } = simulator.options();
        expect(await attempt({ username, password: 'wrong' }, client().form())).toBe(true);
        expect(await attempt({ username, password }, client().form('wrong'))).toBe(false);
      });
    },
  );

  it('takes a changed password from the next login on', async () => {
    const old = client();
    simulator.account().password = 'n&w=1';

    expect((await old.certLogin()).json()).toEqual({ loginStatus: 'INVALID_USERNAME_OR_PASSWORD' });
    expect((await client().certLogin()).json()).toMatchObject({ loginStatus: 'SUCCESS' });
  });

  it('gives a usable token with LIMITED_ACCESS', async () => {
    simulator.account().loginCode = 'LIMITED_ACCESS';

    expect((await client().login()).json()).toMatchObject({ status: 'LIMITED_ACCESS', error: '' });
    expect((await client().keepAlive(await client().token())).json()).toMatchObject({
      status: 'SUCCESS',
    });
  });

  it('gives no token with LOGIN_RESTRICTED, which is a status', async () => {
    simulator.account().loginCode = 'LOGIN_RESTRICTED';

    expect((await client().login()).json()).toMatchObject({
      token: '',
      status: 'LOGIN_RESTRICTED',
      error: '',
    });
    expect((await client().certLogin()).json()).toEqual({ loginStatus: 'LOGIN_RESTRICTED' });
  });

  it('issues tokens that break a client that URL-encodes them', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => client().token()));

    for (const token of tokens) {
      expect(token).toMatch(TOKEN);
      expect(encodeURIComponent(token.slice(0, -1))).not.toBe(token.slice(0, -1));
    }
    expect(new Set(tokens).size).toBe(20);
    expect(simulator.liveTokens()).toHaveLength(20);
  });

  it('repeats the token text for an account that is set so, and revives it', async () => {
    simulator.account().sameToken = true;
    const first = await client().token();
    simulator.endSessions();
    expect((await client().keepAlive(first)).json()).toMatchObject({ error: 'NO_SESSION' });

    expect(await client().token()).toBe(first);
    expect((await client().keepAlive(first)).json()).toMatchObject({ status: 'SUCCESS' });
  });

  describe('keepAlive', () => {
    it('returns the token it was given', async () => {
      const token = await client().token();

      expect((await client().keepAlive(token)).json()).toEqual({
        token,
        product: 'SimulatedAppKey1',
        status: 'SUCCESS',
        error: '',
      });
    });

    it('does without an application key', async () => {
      const token = await client().token();
      const { ca, endpoints } = simulator.options();
      const headers = { accept: 'application/json', 'x-authentication': token };

      const reply = await send(ca, endpoints.keepAlive, { headers });

      expect(reply.json()).toMatchObject({ status: 'SUCCESS', product: 'SimulatedAppKey1' });
    });

    it('is the only thing that extends a session', async () => {
      const { keepAlive, call, token: login } = client('rossi');
      const token = await login();
      const state = async () => (await keepAlive(token)).json();

      clock.now += 19 * MINUTE;
      expect(await state()).toMatchObject({ status: 'SUCCESS' });
      clock.now += 19 * MINUTE;
      const listing = await call(token, '/exchange/betting/rest/v1.0/listEventTypes/', {});
      expect(listing.status).toBe(200);
      clock.now += MINUTE;
      expect(await state()).toMatchObject({ status: 'FAIL', error: 'NO_SESSION', token: '' });
    });

    it('leaves a session of the international exchange alive for twelve hours', async () => {
      const { keepAlive, token: login } = client();
      const [first, second] = [await login(), await login()];

      clock.now += 12 * 60 * MINUTE - 1;
      expect((await keepAlive(first)).json()).toMatchObject({ status: 'SUCCESS' });
      clock.now += 1;
      expect((await keepAlive(second)).json()).toMatchObject({ error: 'NO_SESSION' });
      expect(simulator.liveTokens()).toEqual([first]);
    });

    it('shows an image to a client that does not ask for JSON', async () => {
      const token = await client().token();
      const { ca, endpoints } = simulator.options();

      const reply = await send(ca, endpoints.keepAlive, { headers: { 'x-authentication': token } });

      expect(reply.status).toBe(200);
      expect(reply.headers['content-type']).toBe('image/gif');
    });
  });

  describe.each(['keepAlive', 'logout'] as const)('%s', (endpoint) => {
    const attempt = (headers: Record<string, string>, method = 'POST') =>
      send(simulator.ca, simulator.options().endpoints[endpoint], { headers, method });

    it('takes a GET, and no other method than that and POST', async () => {
      const headers = { accept: 'application/json', 'x-authentication': await client().token() };
      expect((await attempt(headers, 'PUT')).status).toBe(405);
      expect((await attempt(headers, 'GET')).json()).toMatchObject({ status: 'SUCCESS' });
    });

    it('calls a missing token invalid input', async () => {
      expect((await attempt({ accept: 'application/json' })).json()).toEqual({
        token: '',
        product: '',
        status: 'FAIL',
        error: 'INPUT_VALIDATION_ERROR',
      });
    });

    it('does not know an invented token, nor a real one that was URL-encoded', async () => {
      const token = await client().token();
      for (const sent of ['invented', encodeURIComponent(token)]) {
        const reply = await attempt({
          accept: 'application/json',
          'x-application': 'SimulatedAppKey1',
          'x-authentication': sent,
        });
        expect(reply.json()).toEqual({
          token: endpoint === 'logout' ? sent : '',
          product: 'SimulatedAppKey1',
          status: 'FAIL',
          error: 'NO_SESSION',
        });
      }
    });
  });

  describe('logout', () => {
    it('ends that session for every holder and no other', async () => {
      const { token: login, logout, keepAlive } = client();
      const [token, other] = [await login(), await login()];

      expect((await logout(token)).json()).toMatchObject({ status: 'SUCCESS', error: '' });
      expect((await keepAlive(token)).json()).toMatchObject({ error: 'NO_SESSION' });
      expect((await logout(token)).json()).toMatchObject({ error: 'NO_SESSION' });
      expect((await keepAlive(other)).json()).toMatchObject({ status: 'SUCCESS' });
    });

    it('shows HTML to a client that does not ask for JSON, and ends nothing', async () => {
      const token = await client().token();
      const { ca, endpoints } = simulator.options();

      const reply = await send(ca, endpoints.logout, { headers: { 'x-authentication': token } });

      expect([reply.status, reply.headers['content-type']]).toEqual([
        200,
        'text/html; charset=utf-8',
      ]);
      expect(simulator.liveTokens()).toEqual([token]);
    });
  });

  it('ends the sessions of one account, or of all', async () => {
    const tokens = [await client().token(), await client('other').token()];

    simulator.endSessions('other');
    expect(simulator.liveTokens('other')).toEqual([]);
    expect(simulator.liveTokens()).toEqual([tokens[0]]);
    simulator.endSessions();
    expect(simulator.liveTokens()).toEqual([]);
  });

  describe('the rule of 100 logins a minute', () => {
    it('bans the account for 20 minutes and leaves its sessions alone', async () => {
      await logIn(100);
      expect(simulator.banned()).toBe(false);

      expect((await client().certLogin()).json()).toEqual({
        loginStatus: 'TEMPORARY_BAN_TOO_MANY_REQUESTS',
      });
      expect([simulator.banned(), simulator.banned('other')]).toEqual([true, false]);
      expect((await client('other').certLogin()).json()).toMatchObject({ loginStatus: 'SUCCESS' });

      const [token = ''] = simulator.liveTokens();
      expect((await client().keepAlive(token)).json()).toMatchObject({ status: 'SUCCESS' });

      clock.now += 20 * MINUTE - 1;
      expect((await client().login()).json()).toMatchObject({
        error: 'TEMPORARY_BAN_TOO_MANY_REQUESTS',
      });
      clock.now += 1;
      expect((await client().login()).json()).toMatchObject({ status: 'SUCCESS' });
      expect(simulator.banned()).toBe(true);
    });

    it('counts the last minute only', async () => {
      await logIn(60);
      clock.now += MINUTE;
      await logIn(60);

      expect(simulator.banned()).toBe(false);
      expect(simulator.counts).toMatchObject({ logins: 120, loginAttempts: 120 });
    });

    it('counts successful logins only', async () => {
      await logIn(110, client().form('wrong password'));

      expect((await client().login()).json()).toMatchObject({ status: 'SUCCESS' });
      expect(simulator.counts).toMatchObject({ logins: 1, loginAttempts: 111 });
    });
  });
});
