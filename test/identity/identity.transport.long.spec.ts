import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type RequestListener,
  type Server as HttpServer,
} from 'node:http';
import { createServer, type Server } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { gzipSync } from 'node:zlib';
import {
  type BetfairSessionOptions,
  BetfairConfigurationError,
  BetfairIdentityUnavailableError,
} from 'nestjs-betfair-session';
import type { BetfairSimulator, SimulatorEndpoint } from 'nestjs-betfair-session/testing';
import * as undici from 'undici';
import { loadUndici } from '../../lib/common/http/undici.js';
import { createTransport } from '../../lib/identity/identity.transport.js';
import { serverCertificate } from '../../lib/testing/simulator/http/certificates.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { closeApplications, createSessions } from '../support/application.js';
import type { Invariants } from '../support/invariants/invariants.js';
import { makeCertificate, type Pair } from './support/certificates.js';
import { PROXY_VARIABLES, startProxy, type TestProxy } from './support/proxy.js';
import { errorOf, expectNoSecret, secretsOf } from './support/secrets.js';

const environment = { ...process.env };
const servers = new Set<Server | HttpServer>();
let simulator: BetfairSimulator;
let invariants: Invariants;

beforeAll(async () => void (await loadUndici()));

beforeEach(async () => {
  for (const variable of PROXY_VARIABLES) delete process.env[variable];
  ({ simulator, invariants } = await createAccount({
    accounts: [{ applicationKey: 'canaryAppKey4711' }],
  }));
});

afterEach(async () => {
  await closeApplications();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers.clear();
  await closeAccounts();
});

afterAll(() => {
  for (const variable of PROXY_VARIABLES) delete process.env[variable];
  Object.assign(process.env, environment);
});

function open(options: BetfairSessionOptions) {
  return createSessions(options, { invariants });
}

/** An HTTPS server with a certificate that the simulator's authority signed; it asks for one in turn. */
async function serve(listener: RequestListener, pair?: Pair): Promise<string> {
  const { cert, key } = pair ?? (await serverCertificate());
  const options = { cert, key, requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, listener).listen(0, '127.0.0.1');
  servers.add(server);
  await once(server, 'listening');
  const address = server.address();
  return `https://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

function optionsWith(endpoints: Partial<Record<SimulatorEndpoint, string>>) {
  const options = simulator.options();
  return { ...options, endpoints: { ...options.endpoints, ...endpoints } };
}

describe('the client certificate', () => {
  it('is shown to certlogin only, to no other host that asks for it', async () => {
    const shown: [string | undefined, boolean][] = [];
    const url = await serve((request, response) => {
      const peer =
        request.socket instanceof tls.TLSSocket
          ? request.socket.getPeerX509Certificate()
          : undefined;
      shown.push([request.url, peer !== undefined]);
      const reply = { sessionToken: 'aToken', loginStatus: 'SUCCESS', status: 'SUCCESS' };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(reply));
    });
    const { sessions } = await open(
      optionsWith({
        certLogin: `${url}/certlogin`,
        keepAlive: `${url}/keepAlive`,
        logout: `${url}/logout`,
        api: url,
      }),
    );
    await sessions.getSession();
    await sessions.keepAlive();
    await sessions.fetch('/exchange/x');
    await sessions.logout();
    expect(shown).toEqual([
      ['/certlogin', true],
      ['/keepAlive', false],
      ['/exchange/x', false],
      ['/logout', false],
    ]);
  });
});

it('a connection has only so long to come about', async () => {
  const silent = createTcpServer((socket) => socket.on('error', () => socket.destroy()));
  const connected = once(silent, 'connection');
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  const address = silent.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const dispatcher = createTransport([], { connectTimeout: 100 });
  let timer: NodeJS.Timeout | undefined;
  // Before the ten seconds that undici would wait by itself.
  const enough = new Promise((resolve) => {
    timer = setTimeout(resolve, 8_000, 'still waiting');
  });
  try {
    const connecting = errorOf(undici.request(`https://127.0.0.1:${port}`, { dispatcher }));
    const timedOut = { code: expect.stringMatching(/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/) };
    expect(await Promise.race([connecting, enough])).toMatchObject(timedOut);
  } finally {
    clearTimeout(timer);
    await dispatcher.destroy();
    const [socket]: Socket[] = await connected;
    socket?.destroy();
    silent.close();
    await once(silent, 'close');
  }
});

it('an answer of any size is accepted without a limit', async () => {
  const url = await serve((_, response) => {
    response.end('x'.repeat(2_000_000));
  });
  const dispatcher = createTransport([simulator.options().ca]);
  try {
    const { body } = await undici.request(url, { dispatcher });
    expect(await body.text()).toHaveLength(2_000_000);
  } finally {
    await dispatcher.destroy();
  }
});

it('no connection outlives its use: that of a login the login, the others the application', async () => {
  const closed = new Map<string | undefined, Promise<unknown>>();
  const url = await serve((request, response) => {
    closed.set(request.url, once(request.socket, 'close'));
    const reply = { sessionToken: 'aToken', loginStatus: 'SUCCESS', status: 'SUCCESS' };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(reply));
  });
  // Left alone, both sides would keep it for ten minutes.
  for (const server of servers) server.keepAliveTimeout = 600_000;
  const { sessions } = await open(
    optionsWith({ certLogin: `${url}/certlogin`, keepAlive: `${url}/keepAlive` }),
  );
  await sessions.getSession();
  await closed.get('/certlogin');
  await sessions.keepAlive();
  await closeApplications();
  await closed.get('/keepAlive');
  expect([...closed.keys()]).toEqual(['/certlogin', '/keepAlive']);
});

describe('an operation that gets no answer', () => {
  it('is named in the error, with the kind of the answer', async () => {
    const url = await serve((_, response) => {
      response.writeHead(500).end();
    });
    const { sessions } = await open(optionsWith({ keepAlive: `${url}/x`, logout: `${url}/x` }));
    await sessions.getSession();
    const answer = 'identity service answered HTTP 500 (no content type) instead of JSON';
    expect(await errorOf(sessions.keepAlive())).toHaveProperty(
      'message',
      expect.stringContaining(`${answer} (keepAlive). `),
    );
    expect(await errorOf(sessions.logout())).toHaveProperty(
      'message',
      expect.stringContaining(`${answer} (logout). `),
    );
  });

  it.each(['certLogin', 'keepAlive', 'logout'] as const)(
    'is named in the error where nobody can be reached (%s)',
    async (endpoint) => {
      const { sessions } = await open(simulator.options());
      if (endpoint !== 'certLogin') await sessions.getSession();
      simulator.fail(endpoint, 'reset');
      const operations = {
        certLogin: () => sessions.getSession(),
        keepAlive: () => sessions.keepAlive(),
        logout: () => sessions.logout(),
      };
      const name = endpoint === 'certLogin' ? 'login' : endpoint;
      expect(await errorOf(operations[endpoint]())).toHaveProperty(
        'message',
        expect.stringMatching(new RegExp(`could not be reached \\(.+\\) \\(${name}\\)\\. `)),
      );
    },
  );
});

it('an answer that is compressed without a request says so', async () => {
  const url = await serve((_, response) => {
    const reply = gzipSync(JSON.stringify({ sessionToken: 'aToken', loginStatus: 'SUCCESS' }));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    response.writeHead(200, headers).end(reply);
  });
  const { sessions } = await open(optionsWith({ certLogin: `${url}/certlogin` }));
  expect(await errorOf(sessions.getSession())).toMatchObject({
    message: expect.stringContaining(
      'answered HTTP 200 (application/json) instead of JSON; a proxy may have compressed the answer, which was not requested',
    ),
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('with %d is not followed by any operation', async (status) => {
    let followed = 0;
    const elsewhere = await serve((_, response) => {
      followed += 1;
      response.end('{}');
    });
    const fault = { reply: '', status, headers: { location: `${elsewhere}/gone` } };
    const { sessions } = await open(simulator.options());
    simulator.fail('certLogin', fault);
    const unavailable = { code: 'BETFAIR_IDENTITY_UNAVAILABLE', message: /country/ };
    const expectUnavailable = (error: unknown) =>
      expect(error).toMatchObject({
        ...unavailable,
        message: expect.stringMatching(unavailable.message),
      });
    expectUnavailable(await errorOf(sessions.getSession()));
    await sessions.unblockLogin();
    await sessions.getSession();
    simulator.fail('keepAlive', fault);
    expectUnavailable(await errorOf(sessions.keepAlive()));
    simulator.fail('logout', fault);
    expectUnavailable(await errorOf(sessions.logout()));
    expect(followed).toBe(0);
  });
});

describe('a reply without end', () => {
  it('costs no more than a bounded number of bytes', async () => {
    let sent = 0;
    let hungUp: Promise<unknown> = Promise.resolve();
    const chunk = Buffer.alloc(65_536, ' ');
    const url = await serve((_, response) => {
      hungUp = once(response, 'close');
      response.writeHead(200, { 'content-type': 'application/json' });
      const send = async () => {
        while (!response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) await Promise.race([once(response, 'drain'), hungUp]);
        }
      };
      send().catch(() => response.destroy());
    });
    const { sessions } = await open(optionsWith({ certLogin: `${url}/certlogin` }));
    const error = await errorOf(sessions.getSession());
    await hungUp;
    expect(error).toMatchObject({
      code: 'BETFAIR_IDENTITY_UNAVAILABLE',
      cause: { code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' },
    });
    // What the limit lets through, and what the buffers on the way held.
    expect(sent).toBeLessThan(32 * 1_048_576);
  });

  it('that comes byte by byte ends at the deadline', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const dripping = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(dripping));
    });
    const { sessions } = await open({
      ...optionsWith({ certLogin: `${url}/certlogin` }),
      requestTimeout: 300,
    });
    const start = performance.now();
    const error = await errorOf(sessions.getSession());
    expect(performance.now() - start).toBeGreaterThanOrEqual(290);
    expect(error).toMatchObject({
      message: expect.stringMatching(/no complete answer within 300 ms/),
    });
  });
});

describe('the certificate of the server', () => {
  it('is refused if no known authority signed it, before a password is sent', async () => {
    const { ca: _, ...untrusting } = simulator.options();
    const { sessions } = await open(untrusting);
    const error = await errorOf(sessions.getSession());
    expect(error).toBeInstanceOf(BetfairIdentityUnavailableError);
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /could not be reached \(.*certificate.*\) \(login\)\. The server certificate is signed by an authority that this machine does not trust.* Your client certificate is not the reason\..*"ca".*NODE_EXTRA_CA_CERTS/,
      ),
      cause: { code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO/) },
    });
    expect(simulator.requests).toEqual([]);
  });

  it('is told apart from an old TLS, and from none at all', async () => {
    const { cert, key } = await serverCertificate();
    const old = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    } as const;
    const answers = [
      [
        createServer({ cert, key, ...old }),
        /\(ERR_SSL_\w+\) \(login\)\. .* only TLS 1\.1 or older/,
      ],
      [createHttpServer(), /\(ERR_SSL_\w+\) \(login\)\. .* does not speak TLS\. Check the port/],
    ] as const;
    for (const [server, message] of answers) {
      servers.add(server);
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      const { sessions } = await open(optionsWith({ certLogin: `https://127.0.0.1:${port}/x` }));
      const error = await errorOf(sessions.getSession());
      expect(error).toBeInstanceOf(BetfairIdentityUnavailableError);
      expect(error).toMatchObject({ message: expect.stringMatching(message) });
    }
  });

  it('is refused if it names another host', async () => {
    const pair = await makeCertificate({ purposes: ['serverAuth'] });
    let reached = 0;
    const url = await serve((_, response) => {
      reached += 1;
      response.end('{}');
    }, pair);
    const { sessions } = await open({
      ...optionsWith({ certLogin: `${url}/certlogin` }),
      ca: pair.cert,
    });
    expect(await errorOf(sessions.getSession())).toMatchObject({
      code: 'BETFAIR_IDENTITY_UNAVAILABLE',
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    expect(reached).toBe(0);
  });
});

describe('the authorities that this Node was told to trust', () => {
  // Node 22.19: tells all of the process what to trust, as NODE_EXTRA_CA_CERTS does at its start.
  const setDefault: unknown = Reflect.get(tls, 'setDefaultCACertificates');
  const getDefault: unknown = Reflect.get(tls, 'getCACertificates');
  const can = typeof setDefault === 'function' && typeof getDefault === 'function';

  (can ? it.each(['usual', 'added']) : it.skip.each(['usual', 'added']))(
    'are enough for a login with its certificate (option "ca": %s)',
    async (which) => {
      if (typeof setDefault !== 'function' || typeof getDefault !== 'function') return;
      const before: unknown = Reflect.apply(getDefault, tls, []);
      const { ca, ...usual } = simulator.options();
      const { cert: another } = await makeCertificate();
      Reflect.apply(setDefault, tls, [[ca]]);
      try {
        const options = which === 'usual' ? usual : { ...usual, ca: another };
        const { sessions } = await open(options);
        await sessions.getSession();
        await sessions.keepAlive();
        expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 1 });
      } finally {
        Reflect.apply(setDefault, tls, [before]);
      }
    },
  );
});

/** Hosts of certlogin and of everything else. */
function hosts(): string[] {
  const { certLogin } = simulator.options().endpoints;
  return [new URL(certLogin).host, new URL(simulator.url).host];
}

describe('a proxy that the environment names', () => {
  let proxy: TestProxy | undefined;

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
  });

  it.each(['HTTPS_PROXY', 'https_proxy'])(
    'in %s carries every request, and the client certificate through its tunnel',
    async (variable) => {
      proxy = await startProxy();
      process.env[variable] = proxy.url;
      const { sessions } = await open(simulator.options());
      await sessions.getSession();
      await sessions.keepAlive();
      await sessions.fetch('/exchange/betting/rest/v1.0/listEventTypes/', {
        method: 'POST',
        body: '{}',
      });
      await sessions.logout();
      expect(simulator.counts).toEqual({
        loginAttempts: 1,
        logins: 1,
        keepAlives: 1,
        calls: 1,
        logouts: 1,
      });
      expect(new Set(proxy.targets)).toEqual(new Set(hosts()));
      expect(proxy.targets[0]).toBe(hosts()[0]);
    },
  );

  it('is given the credentials of its URL, and they are shown nowhere', async () => {
    proxy = await startProxy();
    process.env['HTTPS_PROXY'] = proxy.url.replace('http://', 'http://user:canary-proxy@');
    const { sessions, logger } = await open(simulator.options());
    await sessions.getSession();
    const basic = Buffer.from('user:canary-proxy').toString('base64');
    expect(new Set(proxy.authorizations)).toEqual(new Set([`Basic ${basic}`]));
    await proxy.close();
    const error = await errorOf(sessions.keepAlive());
    proxy = undefined;
    expectNoSecret([error, logger.lines], ['canary-proxy', basic]);
  });

  it.each(['127.0.0.1', '*', 'example.com, 127.0.0.1'])(
    'is left aside for the hosts of NO_PROXY=%s',
    async (names) => {
      proxy = await startProxy();
      Object.assign(process.env, { HTTPS_PROXY: proxy.url, NO_PROXY: names });
      const { sessions } = await open(simulator.options());
      await sessions.getSession();
      await sessions.keepAlive();
      expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 1 });
      expect(proxy.targets).toEqual([]);
    },
  );

  it.each([
    ['refuses', 407, /could not be reached \(Proxy response \(407\)/],
    ['never answers', 'hang', /no complete answer within 300 ms/],
  ] as const)('and that %s makes a transient error', async (_, behaviour, message) => {
    proxy = await startProxy(behaviour);
    process.env['HTTPS_PROXY'] = proxy.url;
    const { sessions, logger } = await open({
      ...simulator.options(),
      requestTimeout: 300,
    });
    const error = await errorOf(sessions.getSession());
    expect(error).toBeInstanceOf(BetfairIdentityUnavailableError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
    expect(simulator.requests).toEqual([]);
    expectNoSecret([error, logger.lines], secretsOf(simulator.options(), []));
  });

  it('bounds a reply as without one', async () => {
    proxy = await startProxy();
    process.env['HTTPS_PROXY'] = proxy.url;
    simulator.fail('certLogin', { reply: ' '.repeat(2_000_000) });
    const { sessions } = await open(simulator.options());
    expect(await errorOf(sessions.getSession())).toMatchObject({
      cause: { code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' },
    });
  });

  it('does not make an untrusted server trusted', async () => {
    proxy = await startProxy();
    process.env['HTTPS_PROXY'] = proxy.url;
    const { ca: _, ...untrusting } = simulator.options();
    const { sessions } = await open(untrusting);
    expect(await errorOf(sessions.getSession())).toMatchObject({
      cause: { code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO/) },
    });
    expect(simulator.requests).toEqual([]);
  });

  it.each(['proxy.example:3128', 'nonsense', 'http://user:canary-proxy@[bad'])(
    'by %s, which is no URL of a proxy, is refused at start-up',
    async (url) => {
      process.env['HTTPS_PROXY'] = url;
      const error = await errorOf(createSessions(simulator.options()));
      expect(error).toBeInstanceOf(BetfairConfigurationError);
      expect(error).toMatchObject({
        message: expect.stringMatching(/HTTPS_PROXY.*http:\/\//),
        cause: expect.any(Error),
      });
      expectNoSecret(error, ['canary-proxy', ...secretsOf(simulator.options(), [])]);
    },
  );
});
