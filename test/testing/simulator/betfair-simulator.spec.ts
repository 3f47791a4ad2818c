import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { Agent, request } from 'undici';
import { BetfairConfigurationError } from '../../../lib/errors/index.js';
import { BetfairSimulator } from '../../../lib/testing/index.js';
import type { BetfairSessionOptions } from '../../../lib/options/betfair-session-options.interface.js';
import { makeCertificate } from '../../identity/support/certificates.js';
import { addressesOf, allAddresses } from '../../support/listening.js';
import { transpile } from './transpiled.js';
import { BETTING, quietPort, rightClient, rpc, until } from './wire.js';

/** A server's certificate that is its own authority, and a client's. */
async function handedIn() {
  const pair = await makeCertificate({ purposes: ['serverAuth'], names: ['127.0.0.1'] });
  return { server: { ...pair, ca: pair.cert }, client: await makeCertificate() };
}

describe('BetfairSimulator', () => {
  const started: BetfairSimulator[] = [];
  const start = async (...args: Parameters<typeof BetfairSimulator.start>) => {
    const simulator = await BetfairSimulator.start(...args);
    started.push(simulator);
    return simulator;
  };

  afterEach(() => Promise.all(started.splice(0).map((simulator) => simulator.stop())));

  it('hands out options that a session takes as they are', async () => {
    const simulator = await start();
    const options: BetfairSessionOptions = simulator.options();

    expect(options).toEqual({
      username: expect.any(String),
      password: expect.any(String),
      applicationKey: 'SimulatedAppKey1',
      jurisdiction: 'global',
      sessionLifetime: 43_200_000,
      certificate: { cert: expect.any(String), key: expect.any(String) },
      ca: simulator.ca,
      endpoints: {
        certLogin: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+\/api\/certlogin$/),
        login: `${simulator.url}/api/login`,
        keepAlive: `${simulator.url}/api/keepAlive`,
        logout: `${simulator.url}/api/logout`,
        api: simulator.url,
        stream: `127.0.0.1:${simulator.stream.port}`,
      },
      storage: 'mem://',
    });
    expect(simulator.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  });

  it('has default credentials that only a client that encodes gets across', async () => {
    const { username, password } = (await start()).options();
    for (const credential of [username, password]) {
      expect(credential).toMatch(/(?=.*&)(?=.*\+)(?=.*%)(?=.*=)(?=.* )(?=.*[^\x20-\x7e])/u);
    }
  });

  it('makes certificates as Betfair and its users have them', async () => {
    const simulator = await start({ accounts: [{}, { username: 'other' }] });
    const [own, other] = [undefined, 'other'].map(
      (name) => new X509Certificate(simulator.options(name).certificate.cert),
    );
    const ca = new X509Certificate(simulator.ca);
    const socket = connectTls({
      ca: simulator.ca,
      host: 'localhost',
      port: Number(new URL(simulator.url).port),
    });
    await once(socket, 'secureConnect');
    const server = socket.getPeerX509Certificate();
    socket.destroy();

    expect(own?.publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
    expect(own?.verify(own.publicKey)).toBe(true);
    expect(own?.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(Date.parse(own?.validTo ?? '') - Date.parse(own?.validFrom ?? '')).toBe(
      365 * 86_400_000,
    );
    expect(other?.fingerprint256).not.toBe(own?.fingerprint256);
    expect(server?.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
    expect(server?.verify(ca.publicKey)).toBe(true);
    expect(server?.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
  });

  it('shares certificates between the simulators of a process, and nothing else', async () => {
    const [first, second] = [await start(), await start()];
    const client = rightClient(first.options());
    const token = await client.token();

    expect(second.ca).toBe(first.ca);
    expect(second.options().certificate).toEqual(first.options().certificate);
    expect(second.url).not.toBe(first.url);
    expect((await rightClient(second.options()).keepAlive(token)).json()).toMatchObject({
      error: 'NO_SESSION',
    });
    expect(second.counts).toMatchObject({ logins: 0, keepAlives: 1 });
  });

  it('listens on the port that it is given and the two after it', async () => {
    const port = quietPort();
    const simulator = await start({ port });
    expect(simulator.url).toBe(`https://127.0.0.1:${port}`);
    expect(new URL(simulator.options().endpoints.certLogin).port).toBe(`${port + 1}`);
    expect(simulator.stream.port).toBe(port + 2);

    const again = BetfairSimulator.start({ port: port - 1 });
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE', port });
    // What it had begun to listen on is free again.
    await start({ port: port - 3 });
  });

  it('listens on 127.0.0.1 only', async () => {
    const simulator = await start();
    const { endpoints } = simulator.options();
    const { stream, ...urls } = endpoints;
    const ports = [...Object.values(urls).map((url) => new URL(url).port), stream.split(':')[1]];
    for (const port of new Set(ports))
      expect(await addressesOf(Number(port))).toEqual(['127.0.0.1']);
    // Others would have been found.
    expect((await allAddresses()).length).toBeGreaterThan(1);
  });

  it('presents and wants the certificates that it is given', async () => {
    const { server, client } = await handedIn();
    const simulator = await start({ server, accounts: [{ certificate: client }] });

    expect(simulator.ca).toBe(server.ca);
    expect(simulator.options().certificate).toEqual(client);
    expect((await rightClient(simulator.options()).certLogin()).json()).toMatchObject({
      loginStatus: 'SUCCESS',
    });
  });

  it('knows a client certificate again on a resumed TLS session', async () => {
    const simulator = await start();
    const { ca, endpoints, certificate } = simulator.options();
    const client = rightClient(simulator.options());
    const agent = new Agent({ connect: { ca, ...certificate }, pipelining: 0 });

    for (let n = 0; n < 3; n += 1) {
      const { body } = await request(endpoints.certLogin, {
        dispatcher: agent,
        method: 'POST',
        headers: client.formHeaders,
        body: client.form(),
      });
      expect(await body.json()).toMatchObject({ loginStatus: 'SUCCESS' });
    }
    await agent.close();
  });

  it('records what arrived', async () => {
    const simulator = await start({ clock: { wall: () => 1_000 } });
    const options = simulator.options();
    const client = rightClient(options);
    const token = await client.token();
    await client.call(token, `${BETTING}?x=1`, rpc('SportsAPING/v1.0/listEventTypes'));
    await client.logout(token);
    await client.keepAlive(token);
    await client.keepAlive('unknown');

    const { username } = options;
    expect(simulator.requests).toMatchObject([
      { endpoint: 'certLogin', method: 'POST', path: '/api/certlogin', username, at: 1_000 },
      { endpoint: 'api', path: `${BETTING}?x=1`, username, apiMethods: ['listEventTypes'] },
      { endpoint: 'logout', headers: { 'x-authentication': token }, username },
      { endpoint: 'keepAlive', username },
      { endpoint: 'keepAlive', headers: { 'x-authentication': 'unknown' } },
    ]);
    expect(simulator.requests[0]?.body).toBe(client.form());
    expect(simulator.requests[4]).not.toHaveProperty('username');
    expect(simulator.counts).toEqual({
      logins: 1,
      loginAttempts: 1,
      keepAlives: 2,
      logouts: 1,
      calls: 1,
    });
    simulator.clearRequests();
    expect(simulator.requests).toEqual([]);
    expect(simulator.counts.keepAlives).toBe(2);
  });

  it('gives a fresh snapshot of the counts', async () => {
    const simulator = await start();
    const before = simulator.counts;
    await rightClient(simulator.options()).keepAlive('any');

    expect(before.keepAlives).toBe(0);
    expect(simulator.counts.keepAlives).toBe(1);
  });

  it('refuses to start without accounts, or with two of one name', async () => {
    await expect(start({ accounts: [] })).rejects.toThrow(BetfairConfigurationError);
    await expect(start({ accounts: [{ username: 'a' }, { username: 'a' }] })).rejects.toThrow(
      'same username',
    );
  });

  it('names its accounts when asked for one that it has not', async () => {
    const simulator = await start({ accounts: [{ username: 'a' }, { username: 'b' }] });
    expect(() => simulator.options('c')).toThrow('no account "c". It was started with "a", "b"');
    expect(() => simulator.endSessions('c')).toThrow(BetfairConfigurationError);
  });

  describe('stop()', () => {
    it('ends requests that hang, are slow, or are idle, and open handshakes, at once', async () => {
      const simulator = await start();
      const client = rightClient(simulator.options());
      simulator.fail('keepAlive', 'hung');
      simulator.fail('logout', { slow: 3_600_000 });
      const handshake = connect(Number(new URL(simulator.url).port), '127.0.0.1');
      handshake.on('error', () => {});
      await once(handshake, 'connect');
      const agent = new Agent({ connect: { ca: simulator.ca } });
      await (await request(simulator.url, { dispatcher: agent })).body.dump();
      const pending = Promise.allSettled([client.keepAlive('a'), client.logout('b')]);
      await until(() => simulator.counts.keepAlives + simulator.counts.logouts === 2);
      const closed = once(handshake, 'close');

      await simulator.stop();

      expect((await pending).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      await closed;
      await expect(client.keepAlive('a')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await agent.destroy();
    });

    it('leaves nothing that keeps the process alive', async () => {
      const { root, remove } = await transpile('common', 'errors', 'identity', 'testing');
      const script = `
        import { request } from 'node:https';
        import { BetfairSimulator } from '${root}/testing/simulator/betfair-simulator.js';
        const simulator = await BetfairSimulator.start();
        simulator.fail('keepAlive', { slow: 3_600_000 });
        simulator.fail('logout', 'hung');
        for (const endpoint of ['keepAlive', 'logout']) {
          const { ca, endpoints } = simulator.options();
          request(endpoints[endpoint], { ca, method: 'POST' }).on('error', () => {}).end();
        }
        while (simulator.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
        await simulator.stop();
        console.log('stopped');`;
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
      const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => text(stream));
      const timer = setTimeout(() => child.kill('SIGKILL'), 8_000);
      const [code, signal] = await once(child, 'close');
      clearTimeout(timer);
      await remove();

      expect([await stdout, await stderr, code, signal]).toEqual(['stopped\n', '', 0, null]);
    }, 15_000);

    it('can be repeated, and is what disposal does', async () => {
      const simulator = await start();
      await Promise.all([simulator.stop(), simulator.stop()]);
      await simulator[Symbol.asyncDispose]();
      await expect(rightClient(simulator.options()).keepAlive('a')).rejects.toMatchObject({
        code: 'ECONNREFUSED',
      });
    });
  });
});
