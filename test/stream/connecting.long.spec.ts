import type { TLSSocket } from 'node:tls';
import type { StreamAddress } from 'nestjs-betfair-session/stream';
import { PROXY_VARIABLES, startProxy } from '../identity/support/proxy.js';
import { closeAccounts } from '../support/account.js';
import { MARKET, StreamScene } from './follower.js';
import { closeOddServers, OddServer } from './odd-server.js';

const environment = { ...process.env };

beforeEach(() => {
  for (const name of PROXY_VARIABLES) delete process.env[name];
});

afterEach(async () => {
  for (const name of [...PROXY_VARIABLES, 'NODE_TLS_REJECT_UNAUTHORIZED']) delete process.env[name];
  Object.assign(process.env, environment);
  closeOddServers();
  await closeAccounts();
});

const line = (message: object) => `${JSON.stringify(message)}\r\n`;
const GREETING = line({ op: 'connection', connectionId: '1-2' });

/** A scene whose stream is at a server of the test. */
async function sceneAt(server: OddServer, address: StreamAddress = server.address) {
  return StreamScene.start({ address });
}

/** Waits until the first attempt has failed. */
async function failure(scene: StreamScene) {
  scene.followMarkets();
  await scene.state('waiting');
  const error = scene.status?.error;
  if (error === undefined) throw new Error('It says no reason.');
  return error;
}

describe('behind a proxy', () => {
  it('connects through it, with its password, and checks the certificate of Betfair', async () => {
    const proxy = await startProxy();
    const scene = await StreamScene.start();
    await scene.application.sessions.getSession();
    process.env['HTTPS_PROXY'] = proxy.url.replace('http://', 'http://me:secret@');
    const follower = scene.followMarkets();
    await scene.until(() => follower.messages.length === 1);
    const { host, port } = scene.simulator.stream;
    expect(proxy.targets).toEqual([`${host}:${port}`]);
    expect(proxy.authorizations).toEqual([`Basic ${btoa('me:secret')}`]);
    await proxy.close();
    await scene.until(() => scene.status?.state !== 'subscribed');
    const text = JSON.stringify(scene.statuses) + scene.logged;
    expect(text).not.toContain('secret@');
  });

  it('goes past it if NO_PROXY says so', async () => {
    const proxy = await startProxy();
    const scene = await StreamScene.start();
    await scene.application.sessions.getSession();
    process.env['HTTPS_PROXY'] = proxy.url;
    process.env['NO_PROXY'] = '127.0.0.1';
    const follower = scene.followMarkets();
    await scene.until(() => follower.messages.length === 1);
    expect(proxy.targets).toEqual([]);
    await proxy.close();
  });

  it.each(['hang', 407, 503] as const)('waits if it answers with %s', async (behaviour) => {
    const proxy = await startProxy(behaviour);
    const scene = await StreamScene.start();
    await scene.application.sessions.getSession();
    process.env['HTTPS_PROXY'] = proxy.url;
    scene.followMarkets();
    await scene.until(() => proxy.targets.length === 1);
    scene.clock.hanging = 1;
    await scene.clock.until(scene.state('waiting'));
    expect(scene.status?.error).toMatchObject({
      code: 'BETFAIR_STREAM_LOST',
      message: expect.stringContaining('could not be reached'),
    });
    expect(scene.simulator.counts.logins).toBe(1);
    await proxy.close();
  });
});

it('names a host of its own that is not Betfair’s at the start', async () => {
  const server = await OddServer.start(() => undefined);
  const scene = await sceneAt(server);
  expect(scene.logged).toContain(
    `Credentials and sessions are sent to endpoints that are not Betfair's: stream (127.0.0.1:${server.port}).`,
  );
});

it('says that a SOCKS proxy cannot be used', async () => {
  const scene = await StreamScene.start();
  await scene.application.sessions.getSession();
  process.env['HTTPS_PROXY'] = 'socks5://127.0.0.1:1080';
  expect(await failure(scene)).toMatchObject({
    code: 'BETFAIR_CONFIGURATION',
    message: expect.stringContaining('HTTPS_PROXY names a SOCKS proxy'),
  });
  process.env['NO_PROXY'] = '127.0.0.1';
  await scene.clock.advance(60_000);
  await scene.subscribed();
});

describe('a server', () => {
  it('that is not trusted gets no token', async () => {
    const server = await OddServer.start((socket) => socket.write(GREETING));
    const scene = await sceneAt(server, { host: '127.0.0.1', port: server.port, ca: [] });
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    expect(await failure(scene)).toMatchObject({
      code: 'BETFAIR_STREAM_LOST',
      cause: { code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_/) },
      message: expect.stringContaining('the certificate of that authority (PEM)'),
      retryable: false,
    });
    expect(server.received).toBe('');
  });

  it('that cannot be reached is tried again', async () => {
    const server = await OddServer.start(() => undefined);
    server.close();
    const scene = await sceneAt(server);
    expect(await failure(scene)).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it.each<[string, (socket: TLSSocket) => void]>([
    ['says nothing', () => undefined],
    ['greets and says nothing more', (socket) => socket.write(GREETING)],
    [
      'authenticates and says nothing more',
      (socket) => socket.write(GREETING + line({ op: 'status', id: 1, statusCode: 'SUCCESS' })),
    ],
    ['sends half a line', (socket) => socket.write('{"op":"connection"')],
  ])('that %s is given up after 10 s', async (_, speak) => {
    const server = await OddServer.start(speak);
    const scene = await sceneAt(server);
    const follower = scene.followMarkets();
    await scene.until(() => server.sockets.length === 1);
    scene.clock.hanging = 1;
    await scene.clock.until(scene.state('waiting'));
    expect(scene.status?.error?.message).toContain('did not answer within 10 s');
    expect(follower.messages).toEqual([]);
    follower.unsubscribe();
  });

  it.each<[string, string]>([
    ['HTML', '<html><body>No</body></html>\r\n'],
    ['an array', '[1,2]\r\n'],
    ['a number', '1\r\n'],
    ['bytes that are no text', '\xff\xfe\x00\r\n'],
    ['an empty line', '\r\n'],
  ])('that sends %s is left', async (_, text) => {
    const server = await OddServer.start((socket) => socket.write(text));
    const scene = await sceneAt(server);
    expect((await failure(scene)).message).toContain('sent a message that cannot be read');
  });

  it('that sends a line without an end is left before memory is full', async () => {
    const piece = Buffer.alloc(1_048_576, 'a');
    let sent = 0;
    const server = await OddServer.start((socket) => {
      const pump = () => {
        while (sent < 200 && socket.write(piece)) sent += 1;
        sent += 1;
        if (sent < 200) socket.once('drain', pump);
      };
      pump();
    });
    const scene = await sceneAt(server);
    expect((await failure(scene)).message).toContain('sent a message that cannot be read');
    expect(sent).toBeLessThan(150);
  });

  it.each<[string, (socket: TLSSocket) => void]>([
    ['an endless line', (socket) => socket.write(' ')],
    [
      'messages of others',
      (socket) => socket.write(line({ op: 'mcm', id: 9, pt: 1, clk: 'a', mc: [] })),
    ],
    [
      'heartbeats, but no image',
      (socket) => socket.write(line({ op: 'mcm', id: 2, pt: 1, clk: 'a', ct: 'HEARTBEAT' })),
    ],
    [
      'endless segments',
      (socket) => socket.write(line({ op: 'mcm', id: 2, pt: 1, segmentType: 'SEG', mc: [{}] })),
    ],
  ])('that sends %s is left after a minute', async (_, speak) => {
    const server = await OddServer.start((socket) => {
      socket.write(GREETING + line({ op: 'status', id: 1, statusCode: 'SUCCESS' }));
      socket.write(line({ op: 'status', id: 2, statusCode: 'SUCCESS' }));
      socket.write(line({ op: 'mcm', id: 2, pt: 1, segmentType: 'SEG_START', mc: [{}] }));
    });
    const scene = await sceneAt(server);
    // So that a machine that is slow to deliver is not taken for silence.
    scene.followMarkets({ ...MARKET, heartbeatMs: 5_000 });
    await scene.until(() => server.sockets.length === 1);
    for (let second = 0; second < 59; second += 1) {
      const before = server.sockets[0]?.bytesWritten;
      for (const socket of server.sockets) speak(socket);
      await scene.until(() => server.sockets[0]?.bytesWritten !== before);
      await scene.pause();
      await scene.clock.advance(1_000);
    }
    expect(server.sockets).toHaveLength(1);
    expect(scene.status?.state).toBe('connecting');
    await scene.clock.advance(5_000);
    await scene.until(() => scene.status?.failures === 1);
    expect(scene.status?.error?.message).toContain('stopped sending messages');
  });

  it('whose connections end at once is asked less and less often, also if it refuses clocks', async () => {
    const server = await OddServer.start((socket) => {
      socket.write(GREETING + line({ op: 'status', id: 1, statusCode: 'SUCCESS' }));
      socket.on('data', () => {
        if (!server.received.endsWith('}\r\n') || !server.received.includes('Subscription')) return;
        const refused = { statusCode: 'FAILURE', errorCode: 'INVALID_CLOCK' };
        const isResumed = server.received.split('\n').at(-2)?.includes('"clk"') ?? false;
        if (isResumed) return void socket.end(line({ op: 'status', id: 2, ...refused }));
        socket.write(line({ op: 'status', id: 2, statusCode: 'SUCCESS' }));
        const image = { ct: 'SUB_IMAGE', initialClk: 'i', clk: 'c', mc: [] };
        socket.end(line({ op: 'mcm', id: 2, pt: 1, ...image }));
      });
    });
    const scene = await sceneAt(server);
    scene.followMarkets();
    await scene.until(() => server.sockets.length === 1);
    for (let second = 0; second < 120; second += 1) {
      await scene.clock.advance(1_000);
      await scene.pause();
    }
    expect(server.sockets.length).toBeGreaterThan(5);
    expect(server.sockets.length).toBeLessThan(20);
  });

  it('that refuses the clocks of one image after the other is asked less and less often', async () => {
    const server = await OddServer.start((socket) => {
      socket.write(GREETING + line({ op: 'status', id: 1, statusCode: 'SUCCESS' }));
      socket.write(line({ op: 'status', id: 2, statusCode: 'SUCCESS' }));
      const image = { ct: 'SUB_IMAGE', initialClk: 'i', clk: 'c', mc: [] };
      socket.write(line({ op: 'mcm', id: 2, pt: 1, ...image }));
      socket.end(line({ op: 'status', statusCode: 'FAILURE', errorCode: 'INVALID_CLOCK' }));
    });
    const scene = await sceneAt(server);
    scene.followMarkets();
    for (let second = 0; second < 60; second += 1) {
      await scene.clock.advance(1_000);
      await scene.pause();
    }
    expect(server.sockets.length).toBeGreaterThan(3);
    expect(server.sockets.length).toBeLessThan(15);
  });

  it('that refuses the session before it got one costs no login, and no check', async () => {
    const server = await OddServer.start((socket) =>
      socket.write(
        line({
          op: 'status',
          statusCode: 'FAILURE',
          errorCode: 'INVALID_SESSION_INFORMATION',
          connectionClosed: true,
        }),
      ),
    );
    const scene = await sceneAt(server);
    expect(await failure(scene)).toMatchObject({ code: 'BETFAIR_STREAM_LOST' });
    await scene.clock.advance(120_000);
    expect(scene.simulator.counts).toMatchObject({ logins: 1, keepAlives: 0 });
  });

  it('that refuses with another code before it was asked is obeyed', async () => {
    const server = await OddServer.start((socket) =>
      socket.write(line({ op: 'status', statusCode: 'FAILURE', errorCode: 'TOO_MANY_REQUESTS' })),
    );
    const scene = await sceneAt(server);
    expect(await failure(scene)).toMatchObject({ errorCode: 'TOO_MANY_REQUESTS' });
    await scene.clock.advance(39_000);
    expect(server.sockets).toHaveLength(1);
  });

  it('that knows the token cannot make it appear in a log or a status', async () => {
    const server = await OddServer.start((socket) => speak(socket));
    const scene = await sceneAt(server);
    const { token, applicationKey } = await scene.application.sessions.getSession();
    function speak(socket: TLSSocket): void {
      socket.write(line({ op: 'connection', connectionId: token }));
      socket.write(line({ op: 'status', id: 1, statusCode: 'SUCCESS', connectionId: token }));
      socket.write(line({ op: 'status', id: 2, statusCode: 'SUCCESS' }));
      const texts = { errorCode: applicationKey, errorMessage: token };
      socket.write(line({ op: 'status', statusCode: 'FAILURE', ...texts }));
    }
    expect(await failure(scene)).toMatchObject({
      code: 'BETFAIR_STREAM_REFUSED',
      errorCode: undefined,
      message: expect.stringContaining('its code is unknown'),
    });
    const shown = JSON.stringify(scene.statuses) + scene.logged;
    expect(shown).not.toContain(token);
    expect(shown).not.toContain(applicationKey);
  });

  it('that sends messages of another kind, or of another subscription, is ignored', async () => {
    const server = await OddServer.start((socket) => {
      socket.write(GREETING + line({ op: 'status', id: 1, statusCode: 'SUCCESS' }));
      socket.write(line({ op: 'status', id: 2, statusCode: 'SUCCESS' }));
      for (const message of [
        { op: 'ocm', id: 2, oc: [] },
        { op: 'mcm', id: 3, mc: [] },
        { op: 'connection', connectionId: '3-4' },
        { op: 'new', id: 2 },
        { op: 'status', id: 9, statusCode: 'SUCCESS' },
        { op: 'mcm', id: 2, clk: 'a', pt: 1, mc: [] },
      ])
        socket.write(line(message));
    });
    const scene = await sceneAt(server);
    const follower = scene.followMarkets();
    await scene.until(() => follower.messages.length === 1);
    expect(follower.messages).toEqual([{ op: 'mcm', id: 2, clk: 'a', pt: 1, mc: [] }]);
    expect(server.sockets).toHaveLength(1);
  });

  it('that breaks off between two segments is asked for all of them again', async () => {
    const server = await OddServer.start((socket) => {
      const isFirst = server.sockets.length === 1;
      socket.write(GREETING + line({ op: 'status', id: 1, statusCode: 'SUCCESS' }));
      socket.write(line({ op: 'status', id: 2, statusCode: 'SUCCESS' }));
      const segment = { op: 'mcm', id: 2, pt: 1 };
      const image = { ct: 'SUB_IMAGE', initialClk: 'i', clk: 'c0', mc: [{ id: '1.1', img: true }] };
      if (isFirst) socket.write(line({ ...segment, ...image }));
      socket.write(line({ ...segment, clk: 'c1', segmentType: 'SEG_START', mc: [{ id: '1.2' }] }));
      socket.write(line({ ...segment, clk: 'c2', ct: 'HEARTBEAT' }));
      if (isFirst) socket.end();
      else
        socket.write(line({ ...segment, clk: 'c3', segmentType: 'SEG_END', mc: [{ id: '1.3' }] }));
    });
    const scene = await sceneAt(server);
    const follower = scene.followMarkets();
    await scene.until(() => follower.messages.length === 2);
    await scene.again();
    await scene.until(() => follower.messages.length === 4);
    expect(server.received.match(/"clk":"\w+"/g)).toEqual(['"clk":"c0"']);
    expect(follower.messages.at(-1)).toEqual({
      op: 'mcm',
      id: 2,
      pt: 1,
      clk: 'c3',
      mc: [{ id: '1.2' }, { id: '1.3' }],
    });
  });

  it('that sends a heartbeat before what was missed is asked for it again', async () => {
    const server = await OddServer.start((socket) => {
      socket.write(GREETING + line({ op: 'status', id: 1, statusCode: 'SUCCESS' }));
      socket.write(line({ op: 'status', id: 2, statusCode: 'SUCCESS' }));
      const image = { ct: 'SUB_IMAGE', initialClk: 'i', clk: 'c0', mc: [] };
      if (server.sockets.length === 1) socket.write(line({ op: 'mcm', id: 2, pt: 1, ...image }));
      else socket.write(line({ op: 'mcm', id: 2, pt: 1, clk: 'c9', ct: 'HEARTBEAT' }));
      if (server.sockets.length < 3) socket.end();
    });
    const scene = await sceneAt(server);
    const follower = scene.followMarkets();
    await scene.until(() => follower.messages.length === 1);
    for (let second = 0; follower.messages.length < 3 && second < 30; second += 1) {
      await scene.clock.advance(1_000);
      await scene.pause();
    }
    expect(scene.status?.state).toBe('connecting');
    expect(server.received.match(/"clk":"\w+"/g)).toEqual(['"clk":"c0"', '"clk":"c0"']);
  });

  it.each<[string, object[]]>([
    ['a segment without a beginning', [{ segmentType: 'SEG_END', mc: [] }]],
    ['a second beginning', [{ segmentType: 'SEG_START' }, { segmentType: 'SEG_START' }]],
    ['a change between segments', [{ segmentType: 'SEG_START', mc: [] }, { mc: [] }]],
    ['changes that are no list', [{ mc: {} }]],
    ['changes that are no objects', [{ mc: [null] }]],
    ['a clock that is no text', [{ clk: 5, mc: [] }]],
  ])('that sends %s is asked for an image', async (_, odd) => {
    const server = await OddServer.start((socket) => {
      socket.write(GREETING + line({ op: 'status', id: 1, statusCode: 'SUCCESS' }));
      socket.write(line({ op: 'status', id: 2, statusCode: 'SUCCESS' }));
      socket.write(line({ op: 'mcm', id: 2, pt: 1, initialClk: 'i', clk: 'c', mc: [] }));
      if (server.sockets.length > 1) return;
      for (const one of odd) socket.write(line({ op: 'mcm', id: 2, pt: 1, ...one }));
    });
    const scene = await sceneAt(server);
    const follower = scene.followMarkets();
    await scene.until(() => follower.messages.length === 1);
    await scene.again();
    await scene.until(() => follower.messages.length === 2);
    expect(server.received).not.toContain('"clk"');
  });

  it('that reads characters of several bytes across two packets is understood', async () => {
    const bytes = Buffer.from(line({ op: 'mcm', id: 2, pt: 1, mc: [{ id: 'é€😀' }] }));
    const server = await OddServer.start((socket) => {
      socket.write(GREETING + line({ op: 'status', id: 1, statusCode: 'SUCCESS' }));
      socket.write(line({ op: 'status', id: 2, statusCode: 'SUCCESS' }));
      let at = 0;
      const next = () => {
        if (at < bytes.length) socket.write(bytes.subarray(at, ++at), () => setImmediate(next));
      };
      next();
    });
    const scene = await sceneAt(server);
    const follower = scene.followMarkets();
    await scene.until(() => follower.messages.length === 1);
    expect(follower.messages[0]?.mc?.[0]?.id).toBe('é€😀');
  });
});
