import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { inspect } from 'node:util';
import { safeCause, wordlessCause } from '../../lib/errors/safe-cause.js';
import { shownOf } from '../identity/support/secrets.js';

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
    ['a server that answers with a code of the runtime', { code: 'ECONNRESET', status: 500 }],
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

  it.each([
    ['name', `Vendor ${SECRET}`],
    ['name', `${SECRET}\n`],
    ['name', 'x'.repeat(62)],
    ['code', `EACCES: open '${SECRET}'`],
    ['code', `-${SECRET}`],
    ['code', `ERR_${'X'.repeat(60)}`],
  ])('drops a %s that has not the form of one (%j)', (property, value) => {
    const error = new Error(SECRET);
    Object.defineProperty(error, property, { value });
    const cause = safeCause(error);
    expect(shownOf(cause)).not.toContain(value);
    expect(shownOf(cause)).not.toContain(SECRET);
    expect(cause).toMatchObject({ name: 'Error', message: 'Error' });
  });
});

describe.each([safeCause, wordlessCause])('$name', (copy) => {
  it.each([undefined, null, SECRET, 42, Symbol(SECRET), () => SECRET, [SECRET], { [SECRET]: 1 }])(
    'makes an error of what is none, without quoting it (%#)',
    (thrown) => {
      const cause = copy(thrown);
      expect(cause).toBeInstanceOf(Error);
      expect(cause.message).toBe('Error');
      expect(shownOf(cause)).not.toContain(SECRET);
    },
  );

  it.each([
    ['getters', hostileGetters()],
    ['a Proxy', hostileProxy()],
    ['a Proxy that is revoked', revokedProxy()],
    ['texts that are objects', { name: new String(SECRET), code: { toString: () => SECRET } }],
    ['an object without a prototype', Object.assign(Object.create(null), { message: SECRET })],
  ])('survives %s that throws', (_, thrown) => {
    const cause = copy(thrown);
    expect(cause).toMatchObject({ name: 'Error', message: 'Error' });
    expect(shownOf(cause)).not.toContain(SECRET);
  });

  it('drops the causes of an error and the errors of an aggregate', () => {
    const inner = Object.assign(new Error(SECRET), { code: 'ENOENT' });
    const error = new AggregateError([inner], SECRET, {
      cause: new Error(SECRET, { cause: inner }),
    });
    const cause = copy(error);
    expect(cause).toMatchObject({ name: 'AggregateError', message: 'AggregateError' });
    expect(shownOf(cause)).not.toContain(SECRET);
  });

  it.each([471_108, 600, -1, 4.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'takes no number for a status that cannot be one (%p)',
    (number) => {
      for (const property of ['status', 'statusCode', 'code']) {
        expect(copy({ [property]: number })).not.toHaveProperty('status');
      }
      expect(copy({ status: number, statusCode: 403 })).toMatchObject({ status: 403 });
    },
  );
});

describe('wordlessCause', () => {
  it.each([
    ['the file system', 'ENOENT'],
    ['the resolver', 'ENOTFOUND'],
    ['a database', '28P01'],
    ['a vault', 'AccessDenied'],
    ['Node', 'ERR_INVALID_ARG_TYPE'],
  ])('keeps the code of %s, and no text with it', (_, code) => {
    const error = Object.assign(new TypeError(`open '${SECRET}'`), { code, status: 403 });
    const cause = wordlessCause(error);
    expect(cause).toMatchObject({ name: 'TypeError', code, status: 403, message: code });
    expect(shownOf(cause)).not.toContain(SECRET);
  });

  it.each(['HUNTER2', 'Hunter2', 'hunter', '471108', 'correct_horse', 'X'.repeat(61), 'A-B'])(
    'drops %j, which may be a secret, as a name and as a code',
    (secret) => {
      const cause = wordlessCause({ name: secret, code: secret, message: secret });
      expect(cause).toMatchObject({ name: 'Error', message: 'Error' });
      expect(cause).not.toHaveProperty('code');
      expect(shownOf(cause)).not.toContain(secret);
    },
  );

  it.each(['Error', 'TypeError', 'ResourceNotFoundException'])('keeps the class %s', (name) => {
    expect(wordlessCause({ name })).toMatchObject({ name, message: name });
  });
});

function hostileGetters(): object {
  const property = {
    get: () => {
      throw new Error(SECRET);
    },
  };
  return Object.defineProperties(
    {},
    { name: property, code: property, message: property, status: property, statusCode: property },
  );
}

function hostileProxy(): object {
  const fail = (): never => {
    throw new Error(SECRET);
  };
  return new Proxy(new Error(SECRET), { get: fail, has: fail, getPrototypeOf: fail });
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
