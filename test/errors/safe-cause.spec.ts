import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { inspect } from 'node:util';
import { safeCause } from '../../lib/errors/safe-cause.js';

const SECRET = 'canary-4711';

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('safeCause', () => {
  it.each([
    ['code', { code: 'AccessDenied' }, { code: 'AccessDenied', message: 'AccessDenied' }],
    ['status', { status: 403 }, { status: 403 }],
    ['statusCode', { statusCode: 412 }, { status: 412 }],
    ['a numeric code', { code: 503 }, { status: 503 }],
  ])('keeps the name and %s of a foreign error', (_, properties, kept) => {
    const error = Object.assign(new Error(SECRET), { name: 'VendorError', ...properties });
    expect(safeCause(error)).toMatchObject({ name: 'VendorError', ...kept });
  });

  it.each([
    ['a library without a code', {}],
    ['a library with a code', { code: 'EAUTH' }],
    ['Node about an argument, which it quotes', { code: 'ERR_INVALID_ARG_VALUE' }],
    ['an HTTP client', { code: 'ERR_BAD_REQUEST' }],
  ])('drops the text of %s, and all that hangs on the error', (_, properties) => {
    const error = Object.assign(new TypeError(`refused: ${SECRET}`), properties, {
      config: { headers: { 'x-authentication': SECRET } },
      response: { data: SECRET },
      cause: new Error(SECRET),
    });
    const cause = safeCause(error);
    expect(cause).toBeInstanceOf(Error);
    expect(cause.name).toBe('TypeError');
    expect(inspect(cause, { showHidden: true, depth: Infinity })).not.toContain(SECRET);
    expect(JSON.stringify(cause)).not.toContain(SECRET);
    expect(cause.stack).toBeUndefined();
  });

  it.each([
    ['of the file system', () => readFile('/does/not/exist'), 'ENOENT', '/does/not/exist'],
    [
      'of a connection',
      () =>
        new Promise((resolve, reject) => {
          connect(1, '127.0.0.1', () => resolve(undefined)).on('error', reject);
        }),
      'ECONNREFUSED',
      '127.0.0.1:1',
    ],
  ])('keeps the text of a real error %s', async (_, work, code, text) => {
    const cause = safeCause(await failureOf(work));
    expect(cause).toMatchObject({ code, message: expect.stringContaining(text) });
  });

  it.each([
    'UND_ERR_SOCKET',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_OSSL_BAD_DECRYPT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ENOTFOUND',
    'EAI_AGAIN',
  ])('keeps the text that comes with %s', (code) => {
    const error = Object.assign(new Error('what the runtime said'), { code });
    expect(safeCause(error).message).toBe('what the runtime said');
  });

  it('bounds a text without end', () => {
    const error = Object.assign(new Error('x'.repeat(1e6)), { code: 'ENOENT' });
    expect(safeCause(error).message).toHaveLength(300);
  });

  it.each([undefined, null, SECRET, 42, Symbol(SECRET), () => SECRET])(
    'makes an error of what is none, without quoting it (%#)',
    (thrown) => {
      const cause = safeCause(thrown);
      expect(cause).toBeInstanceOf(Error);
      expect(inspect(cause)).not.toContain(SECRET);
    },
  );
});
