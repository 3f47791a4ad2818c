import { jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server } from 'node:net';
import { S3Storage } from 'nestjs-betfair-session';
import { makeCertificate } from '../../identity/support/certificates.js';
import { expectMisconfigured, inEnv, inFolder } from './store.local-faults.js';

const WITHOUT_CREDENTIALS = {
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
};
const WITH_CREDENTIALS = {
  ...WITHOUT_CREDENTIALS,
  AWS_ACCESS_KEY_ID: 'id',
  AWS_SECRET_ACCESS_KEY: 'CANARY-secret',
};
const ROLE = 'arn:aws:iam::123456789012:role/bot';

let server: Server;
/** How far each request's clock was off, in minutes. */
let seen: number[];

async function listen(created: Server): Promise<void> {
  server = created.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

/** S3 as far as its clock goes, which is so many minutes ahead. */
function clockServer(minutesAhead: number, isStubborn = false): Server {
  return createServer((request, response) => {
    request.resume();
    const now = Date.now() + minutesAhead * 60_000;
    const stamp = String(request.headers['x-amz-date']);
    const at = stamp.replace(/^(....)(..)(..T..)(..)(..)/, '$1-$2-$3:$4:$5');
    const off = (now - Date.parse(at)) / 60_000;
    seen.push(Math.round(off));
    response.setHeader('date', new Date(now).toUTCString());
    if (Math.abs(off) <= 15 && !isStubborn) {
      response.writeHead(200, { etag: '"1"' }).end();
      return;
    }
    const ServerTime = new Date(now).toISOString();
    response.writeHead(403, { 'content-type': 'application/xml' });
    response.end(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message><RequestTime>${stamp}</RequestTime><ServerTime>${ServerTime}</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds></Error>`,
    );
  });
}

function open(protocol = 'http'): S3Storage {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  const endpoint = `${protocol}://127.0.0.1:${address.port}`;
  return new S3Storage({ bucket: 'desk', region: 'eu-west-1', endpoint, usePathStyle: true });
}

beforeEach(() => {
  seen = [];
});
afterEach(async () => {
  const closed = once(server, 'close');
  server.close();
  await closed;
});

describe('S3Storage, when the credentials of the machine cannot be used', () => {
  beforeEach(() => listen(clockServer(0)));
  afterEach(() => expect(seen).toEqual([]));

  it.each([
    ['is not there', 'ENOENT', '/token'],
    ['is a folder', 'EISDIR', ''],
    ['is in a file', 'ENOTDIR', '/file/token'],
  ])('names the token file that %s', (_, code, name) =>
    inFolder({ file: 'CANARY' }, (folder) => {
      const file = `${folder}${name}`;
      const env = { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: ROLE };
      return inEnv({ ...WITHOUT_CREDENTIALS, ...env }, () =>
        expectMisconfigured(open(), code, `AWS_WEB_IDENTITY_TOKEN_FILE="${file}". The file`),
      );
    }),
  );

  it('does not show a token in place of its file', () => {
    const token = `eyJhbGciOiJSUzI1NiIs.CANARY${'CANARY'.repeat(20)}`;
    const env = { AWS_WEB_IDENTITY_TOKEN_FILE: token, AWS_ROLE_ARN: ROLE };
    return inEnv({ ...WITHOUT_CREDENTIALS, ...env }, () =>
      expectMisconfigured(open(), 'ENOENT', 'AWS_WEB_IDENTITY_TOKEN_FILE=(not shown'),
    );
  });

  it.each(['AWS_ACCESS_KEY_ID', 'AWS_SESSION_TOKEN'])(
    'names %s for its line break',
    async (name) => {
      // The SDK leaves its timers behind, which would keep the process.
      jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'performance', 'setImmediate'] });
      await inEnv({ ...WITH_CREDENTIALS, [name]: 'CANARY\n' }, () =>
        expectMisconfigured(
          open(),
          'ERR_INVALID_CHAR',
          `Nothing was sent: ${name} must not contain`,
        ),
      );
      jest.useRealTimers();
    },
  );
});

describe('S3Storage, when the clock of the machine is off', () => {
  it.each([20, -600])('sets it right by the first answer (%d minutes)', async (minutes) => {
    await listen(clockServer(minutes));
    await inEnv(WITH_CREDENTIALS, async () => {
      const store = open();
      const version = await store.write('key', 'value', { ifAbsent: true });
      await store.delete('key', { ifVersion: version });
      expect(seen).toEqual([minutes, 0, 0]);
      await store.close();
    });
  });

  it('says by how much if that does not help', async () => {
    await listen(clockServer(20, true));
    await inEnv(WITH_CREDENTIALS, () =>
      expectMisconfigured(open(), 'RequestTimeTooSkewed, 403', 'machine is 20 minutes off. Set it'),
    );
    // Each operation asks twice.
    expect(seen).toHaveLength(8);
  });
});

describe('S3Storage, when no TLS connection can be trusted', () => {
  it('says so', async () => {
    const { key, cert } = await makeCertificate({ purposes: ['serverAuth'], names: ['127.0.0.1'] });
    await listen(createTlsServer({ key, cert }));
    await inEnv(WITH_CREDENTIALS, () =>
      expectMisconfigured(open('https'), 'DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'),
    );
  });
});
