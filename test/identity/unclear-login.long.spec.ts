import { once } from 'node:events';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { BetfairIdentityUnavailableError, BetfairSessionError } from 'nestjs-betfair-session';
import { BetfairSimulator, type SimulatorFault } from 'nestjs-betfair-session/testing';
import { systemClock } from '../../lib/common/clock.js';
import { loadUndici } from '../../lib/common/http/undici.js';
import type { LoginReply, UnclearLogin } from '../../lib/identity/identity-reply.js';
import {
  IdentityClient,
  type IdentityOptions,
  type LoginSecrets,
} from '../../lib/identity/identity.client.js';
import { endpointsOf } from '../../lib/identity/jurisdiction.endpoints.js';
import { serverCertificate } from '../../lib/testing/simulator/http/certificates.js';
import { makeCertificate, type Pair } from './support/certificates.js';
import { PROXY_VARIABLES, startProxy, type TestProxy } from './support/proxy.js';

/** Milliseconds; short only where something hangs. */
const HUNG_TIMEOUT = 1_000;
const TIMEOUT = 10_000;
const environment = { ...process.env };
let simulator: BetfairSimulator;
/** Ends what a test has started. */
const endings: (() => unknown)[] = [];

beforeAll(async () => {
  await loadUndici();
  simulator = await BetfairSimulator.start();
});

beforeEach(() => {
  for (const variable of PROXY_VARIABLES) delete process.env[variable];
  simulator.clearFaults();
  simulator.clearRequests();
  simulator.endSessions();
  simulator.account().loginCode = undefined;
});

afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

afterAll(async () => {
  for (const variable of PROXY_VARIABLES) delete process.env[variable];
  Object.assign(process.env, environment);
  await simulator.stop();
});

function tlsOf({ cert, key }: Pair): LoginSecrets['certificate'] {
  return { cert: Buffer.from(cert), key: Buffer.from(key) };
}

/** Logs in at the simulator; what `changed` names is otherwise. */
async function logIn(
  changed: Partial<IdentityOptions & Pick<LoginSecrets, 'certificate'>> & {
    readonly at?: string;
  } = {},
  signal?: AbortSignal,
  until?: number,
): Promise<LoginReply> {
  const { at, ...options } = changed;
  const { username, password, applicationKey, ca, endpoints, ...own } = simulator.options();
  const certificate = 'certificate' in changed ? changed.certificate : tlsOf(own.certificate);
  const urls = endpointsOf('global', endpoints);
  const client = new IdentityClient(
    {
      username,
      password,
      applicationKey,
      ca: [ca],
      requestTimeout: TIMEOUT,
      endpoints: at === undefined ? urls : { ...urls, certLogin: at, login: at },
      ...options,
    },
    systemClock,
  );
  try {
    const secrets = { password, twoFactorCode: undefined, certificate };
    return await client.logIn(secrets, signal, until);
  } finally {
    await client.close();
  }
}

async function unclear(...args: Parameters<typeof logIn>): Promise<UnclearLogin> {
  const reply = await logIn(...args);
  if (reply.type !== 'unclear') throw new Error(`It should be unclear, but is ${reply.type}.`);
  return reply;
}

/** Listens on a port of its own; gives the URL of a login there. */
async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => socket.destroy()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  endings.push(async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await once(server.close(), 'close');
  });
  return `https://127.0.0.1:${portOf(server)}/api/certlogin`;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** A server of the simulator's authority that does with a connection what `handle` does, once it has read a request. */
async function serve(handle: (socket: Socket) => void): Promise<string> {
  const { cert, key } = await serverCertificate();
  return listen(
    createTlsServer({ cert, key }, (socket) => {
      socket.on('error', () => socket.destroy()).once('data', () => handle(socket));
    }),
  );
}

/** A port that takes connections and says nothing on them. */
function silence(): Promise<string> {
  return listen(createTcpServer());
}

async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await listen(server);
  const port = portOf(server);
  await once(server.close(), 'close');
  return port;
}

async function throughProxy(behaviour: Parameters<typeof startProxy>[0]): Promise<TestProxy> {
  const proxy = await startProxy(behaviour);
  endings.push(() => proxy.close());
  process.env['HTTPS_PROXY'] = proxy.url;
  return proxy;
}

/** Resolves as soon as the simulator has read a login. */
async function arrival(): Promise<void> {
  while (simulator.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a login that was never sent cannot have logged in', () => {
  const hung = { requestTimeout: HUNG_TIMEOUT };

  const cases: Record<string, () => Promise<UnclearLogin>> = {
    'a host that has no address': () =>
      unclear({ at: 'https://identitysso-cert.betfair.invalid/' }),
    'a port that is closed': async () =>
      unclear({ at: `https://127.0.0.1:${await closedPort()}/` }),
    'an authority that is not trusted': () => unclear({ ca: [] }),
    'a certificate for another host': async () => {
      const pair = await makeCertificate({ purposes: ['serverAuth'] });
      const url = await listen(createTlsServer(pair));
      return unclear({ at: url, ca: [pair.cert] });
    },
    'a server that hangs up during the handshake': async () => {
      const server = createTcpServer((socket) => socket.once('data', () => socket.destroy()));
      return unclear({ at: await listen(server) });
    },
    'a server that does not speak TLS': async () => {
      const server = createTcpServer((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      );
      return unclear({ at: await listen(server) });
    },
    'a handshake that nobody answers': async () => unclear({ at: await silence(), ...hung }),
    'a proxy that refuses the tunnel': async () => {
      const proxy = await throughProxy(503);
      const reply = await unclear();
      expect(proxy.targets).toHaveLength(1);
      return reply;
    },
    'a proxy that wants a password': async () => {
      await throughProxy(407);
      return unclear();
    },
    'a proxy that never answers': async () => {
      await throughProxy('hang');
      return unclear(hung);
    },
    'a proxy that is not there': async () => {
      process.env['HTTPS_PROXY'] = `http://127.0.0.1:${await closedPort()}`;
      return unclear();
    },
    'an untrusted authority behind a proxy': async () => {
      await throughProxy('tunnel');
      return unclear({ ca: [] });
    },
    'a handshake behind a proxy that nobody answers': async () => {
      await throughProxy('tunnel');
      return unclear({ at: await silence(), ...hung });
    },
    'a connection that stood only when its time was over': () =>
      unclear({}, undefined, systemClock.monotonic() - 1),
    'an end before it began': () => unclear({}, AbortSignal.abort()),
    'an end during the handshake': async () => {
      const server = createTcpServer();
      const ending = new AbortController();
      server.on('connection', (socket) => socket.once('data', () => ending.abort()));
      return unclear({ at: await listen(server) }, ending.signal);
    },
  };

  it.each(Object.entries(cases))('after %s', async (_, attempt) => {
    const reply = await attempt();
    expect(reply.error).toBeInstanceOf(BetfairIdentityUnavailableError);
    expect(reply.mayHaveLoggedIn).toBe(false);
    expect(simulator.requests).toEqual([]);
  });
});

describe('a login that Betfair refused or failed cannot have logged in', () => {
  it.each<[string, SimulatorFault]>([
    ['an outage', { status: 503 }],
    ['an error of the server', { status: 500 }],
    ['an address that is blocked', { status: 403 }],
    ['a country that is blocked', { status: 302 }],
    ['INTERNAL_ERROR', { reply: { loginStatus: 'INTERNAL_ERROR' } }],
    [
      'INVALID_CONNECTIVITY_TO_REGULATOR',
      { reply: { loginStatus: 'INVALID_CONNECTIVITY_TO_REGULATOR' } },
    ],
  ])('after %s', async (_, fault) => {
    simulator.fail('certLogin', fault);
    expect(await unclear()).toMatchObject({
      error: { code: 'BETFAIR_IDENTITY_UNAVAILABLE' },
      mayHaveLoggedIn: false,
    });
    expect(simulator.requests).toHaveLength(1);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['never ends', () => undefined],
    ['breaks off', (socket) => socket.destroy()],
  ])('after an outage whose page %s', async (_, then) => {
    const url = await serve((socket) => {
      socket.write('HTTP/1.1 503 Unavailable\r\ncontent-length: 1000\r\n\r\n<html>', () =>
        then(socket),
      );
    });
    const { error, mayHaveLoggedIn } = await unclear({ at: url });
    expect(error.message).toContain('answered HTTP 503');
    expect(mayHaveLoggedIn).toBe(false);
  });
});

describe.each(['certLogin', 'login'] as const)('a login at %s may have logged in', (endpoint) => {
  const interactive = endpoint === 'login' ? { certificate: undefined } : {};

  it.each<[string, SimulatorFault]>([
    ['a reset', 'reset'],
    ['an answer that never comes', 'hung'],
    ['a body that never ends', 'hung-body'],
    ['a body that is cut', 'truncated'],
    ['a page with status 200', 'html'],
    ['a success without a token', { reply: { loginStatus: 'SUCCESS', status: 'SUCCESS' } }],
    ['a success with a broken token', { reply: { loginStatus: 'SUCCESS', sessionToken: ' ' } }],
    ['JSON without a status', { reply: { sessionToken: 'aToken' } }],
    ['a word that is no code', { reply: { loginStatus: 'Welcome', status: 'Welcome' } }],
    ['an error that is no code', { reply: { status: 'FAIL', error: 'Please log in here' } }],
    ['a gateway that lost the answer', { status: 502 }],
    ['a gateway that waited no longer', { status: 504 }],
    ['a proxy of Betfair that lost the answer', { status: 520 }],
    ['a proxy of Betfair that waited no longer', { status: 524 }],
  ])('after %s', async (_, fault) => {
    simulator.fail(endpoint, fault, { processed: true });
    const hangs = fault === 'hung' || fault === 'hung-body';
    const requestTimeout = hangs ? HUNG_TIMEOUT : TIMEOUT;
    expect(await unclear({ ...interactive, requestTimeout })).toMatchObject({
      error: { code: 'BETFAIR_IDENTITY_UNAVAILABLE' },
      mayHaveLoggedIn: true,
    });
    // It did.
    expect(simulator.liveTokens()).toHaveLength(1);
  });

  it.each<SimulatorFault>(['hung', 'hung-body'])(
    'if its caller gives it up, and says so (%s)',
    async (fault) => {
      simulator.fail(endpoint, fault, { processed: true });
      const ending = new AbortController();
      const login = unclear(interactive, ending.signal);
      await arrival();
      ending.abort();
      const { error, mayHaveLoggedIn } = await login;
      expect(error).toBeInstanceOf(BetfairIdentityUnavailableError);
      expect(error.message).toContain('had not answered when the request was cancelled (login)');
      expect(mayHaveLoggedIn).toBe(true);
      expect(simulator.liveTokens()).toHaveLength(1);
    },
  );

  it('if its caller gives it up, with the error of the caller', async () => {
    simulator.fail(endpoint, 'hung');
    const ending = new AbortController();
    const login = unclear(interactive, ending.signal);
    await arrival();
    const reason = new BetfairSessionError('closing', { code: 'BETFAIR_CLOSED', retryable: false });
    ending.abort(reason);
    expect(await login).toEqual({ type: 'unclear', error: reason, mayHaveLoggedIn: true });
  });
});

describe('a login may have logged in', () => {
  it('if the server hangs up as soon as the connection stands', async () => {
    const { cert, key } = await serverCertificate();
    const url = await listen(createTlsServer({ cert, key }, (socket) => socket.destroy()));
    expect(await unclear({ at: url })).toMatchObject({ mayHaveLoggedIn: true });
  });

  it('if it went through a proxy', async () => {
    await throughProxy('tunnel');
    simulator.fail('certLogin', 'reset', { processed: true });
    expect(await unclear()).toMatchObject({ mayHaveLoggedIn: true });
    expect(simulator.liveTokens()).toHaveLength(1);
  });

  it('if its way does not tell how far it came', async () => {
    process.env['HTTPS_PROXY'] = `socks5://127.0.0.1:${await closedPort()}`;
    expect(await unclear({ requestTimeout: HUNG_TIMEOUT })).toMatchObject({
      mayHaveLoggedIn: true,
    });
  });
});

describe('a refused login says what ends the refusal', () => {
  it.each([
    ['BETTING_RESTRICTED_LOCATION', 'place'],
    ['STRONG_CODE_FAIL', 'strongCode'],
    ['NOT_AUTHORIZED_FOR_DOMAIN_ES', 'credentials'],
    ['TERMS_AND_CONDITIONS', 'account'],
    ['LOGIN_RESTRICTED', 'account'],
    ['A_CODE_OF_NEXT_YEAR', 'account'],
  ])('(%s: %s)', async (code, kind) => {
    simulator.account().loginCode = code;
    for (const certificate of [tlsOf(simulator.options().certificate), undefined]) {
      expect(await logIn({ certificate })).toEqual({ type: 'refused', code, kind });
    }
  });

  it.each(['TEMPORARY_BAN_TOO_MANY_REQUESTS', 'TEMPORARY_BAN_TOO_MANY_REQUEST'])(
    '(%s: the ban)',
    async (code) => {
      simulator.account().loginCode = code;
      expect(await logIn()).toEqual({ type: 'banned' });
    },
  );

  it('but not with LIMITED_ACCESS, which has a session', async () => {
    simulator.account().loginCode = 'LIMITED_ACCESS';
    expect(await logIn()).toEqual({ type: 'loggedIn', token: simulator.liveTokens()[0] });
  });
});
