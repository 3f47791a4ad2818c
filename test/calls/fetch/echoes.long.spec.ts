import { once } from 'node:events';
import { createServer, type TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import type { SessionService } from 'nestjs-betfair-session';
import { serverCertificate } from '../../../lib/testing/simulator/http/certificates.js';
import { closeAccounts, createAccount } from '../../support/account.js';
import { RPC } from '../../support/betting.js';
import { answer, closeOwnApis, startOwnApi } from '../../support/own-api.js';
import { rpcReply } from '../rejections.fixture.js';

afterEach(async () => {
  await closeOwnApis();
  await closeAccounts();
});

const LIST = 'SportsAPING/v1.0/listEventTypes';

/** Everything that a logger may print of a failed request. */
async function shown(sessions: SessionService): Promise<string> {
  const failed = await Promise.all(
    [
      () => sessions.call(LIST),
      () => sessions.callAll([{ operation: LIST }]),
      // What arrives in good order is handed on as it is; only its failure must not quote it.
      async () => void (await (await sessions.fetch(RPC, { method: 'POST', body: '{}' })).text()),
    ].map((send) => send().catch((error: unknown) => error)),
  );
  return inspect(failed, { depth: Infinity, showHidden: true }) + JSON.stringify(failed);
}

describe('a server that echoes the request', () => {
  it.each([
    ['instead of HTTP', (text: string) => `XYZ ${text}`],
    [
      'in a header that is not one',
      (text: string) => `HTTP/1.1 200 OK\r\nx: \u0001${text}\r\n\r\n`,
    ],
    [
      'where the length of a piece belongs',
      (text: string) => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz${text}`,
    ],
  ])('%s is not quoted in an error', async (_, echo) => {
    const server = createServer(await serverCertificate(), (socket: TLSSocket) => {
      socket.on('error', () => undefined);
      socket.once('data', (data) => socket.end(echo(data.toString())));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { start, simulator } = await createAccount();
    const endpoints = { ...simulator.options().endpoints, api: `https://127.0.0.1:${port}` };
    const { sessions } = await start({ storage: 'mem://', endpoints });
    const { token, applicationKey } = await sessions.getSession();
    const text = await shown(sessions);
    expect(text).toContain('TypeError');
    expect(text).not.toContain(token);
    expect(text).not.toContain(applicationKey);
    server.close();
  });

  it.each([
    ['errorCode', (echo: string) => rpcReply(echo, 'ANGX-0001')],
    ['number', (echo: string) => ({ jsonrpc: '2.0', error: { code: 1, message: echo }, id: 1 })],
    ['requestUUID', (echo: string) => withText('requestUUID', echo)],
    [
      'errorDetails, for a URL',
      (echo: string) => withText('errorDetails', encodeURIComponent(echo)),
    ],
    ['errorDetails, in capitals', (echo: string) => withText('errorDetails', echo.toUpperCase())],
  ])('in its %s is not quoted in an error', async (_, make) => {
    const { sessions } = await startOwnApi((request, response) => {
      const { 'x-authentication': token, 'x-application': key } = request.headers;
      answer(make(`${String(token)} ${String(key)}`))(request, response);
    });
    const { token, applicationKey } = await sessions.getSession();
    const text = (await shown(sessions)).toLowerCase();
    for (const secret of [token, applicationKey, encodeURIComponent(token)]) {
      expect(text).not.toContain(secret.toLowerCase());
    }
  });
});

function withText(name: string, text: string) {
  const reply = rpcReply('INVALID_INPUT_DATA', 'ANGX-0002');
  Object.assign(reply.error.data['APINGException'] ?? {}, { [name]: text });
  return reply;
}

describe('an identity service that echoes the request', () => {
  it.each([
    ['its code', (secret: string) => ({ reply: { loginStatus: `UNKNOWN_${secret}` } })],
    [
      'its content type',
      (secret: string) => ({ reply: 'x', headers: { 'content-type': `text/${secret}` } }),
    ],
  ])('in %s is quoted nowhere, and not stored', async (_, fault) => {
    const { start, simulator, storage, key } = await createAccount();
    const password = 'Canary-4711';
    simulator.account().password = password;
    const { sessions, logger } = await start({ password });
    simulator.fail('certLogin', fault(password));
    const error = await sessions.getSession().catch((reason: unknown) => reason);
    const record = await storage.inner.read(`${key}.lease`);
    expect(inspect([error, logger.lines, record], { depth: Infinity })).not.toMatch(/canary/i);
    expect(error).toBeInstanceOf(Error);
  });
});
