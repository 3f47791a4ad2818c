import { inspect } from 'node:util';
import {
  BetfairConfigurationError,
  BetfairIdentityUnavailableError,
  BetfairLoginBlockedError,
  BetfairLoginRejectedError,
  BetfairSessionError,
  MissingPackageError,
  SessionStorageError,
  StorageConflictError,
} from 'nestjs-betfair-session';

const cause = new Error('what led to it');
const until = new Date('2026-07-01T12:00:00Z');

const cases = [
  {
    name: 'BetfairSessionError',
    of: BetfairSessionError,
    make: () =>
      new BetfairSessionError('Over.', { code: 'BETFAIR_CLOSED', retryable: false, cause }),
    code: 'BETFAIR_CLOSED',
    retryable: false,
    says: /^Over\.$/,
    fields: {},
  },
  {
    name: 'BetfairLoginRejectedError',
    of: BetfairLoginRejectedError,
    make: () => new BetfairLoginRejectedError('SUSPENDED', 'Contact Betfair.', { cause }),
    code: 'BETFAIR_LOGIN_REJECTED',
    retryable: false,
    says: /SUSPENDED.*Contact Betfair\./,
    fields: { loginCode: 'SUSPENDED', action: 'Contact Betfair.' },
  },
  {
    name: 'BetfairLoginBlockedError',
    of: BetfairLoginBlockedError,
    make: () => new BetfairLoginBlockedError('Banned.', until, { cause }),
    code: 'BETFAIR_LOGIN_BLOCKED',
    retryable: true,
    says: /^Banned\. .*2026-07-01T12:00:00\.000Z/,
    fields: { until },
  },
  {
    name: 'BetfairIdentityUnavailableError',
    of: BetfairIdentityUnavailableError,
    make: () => new BetfairIdentityUnavailableError('No answer.', { cause }),
    code: 'BETFAIR_IDENTITY_UNAVAILABLE',
    retryable: true,
    says: /^No answer\.$/,
    fields: {},
  },
  {
    name: 'BetfairConfigurationError',
    of: BetfairConfigurationError,
    make: () => new BetfairConfigurationError(['one: fix it.', 'two: fix it.'], { cause }),
    code: 'BETFAIR_CONFIGURATION',
    retryable: false,
    says: /2 faults[^]*one: fix it\.[^]*two: fix it\./,
    fields: { faults: ['one: fix it.', 'two: fix it.'] },
  },
  {
    name: 'MissingPackageError',
    of: MissingPackageError,
    make: () => new MissingPackageError('ioredis', 'The store', { cause }),
    code: 'BETFAIR_MISSING_PACKAGE',
    retryable: false,
    says: /The store.*npm i ioredis/,
    fields: { packageName: 'ioredis' },
  },
  ...(
    [
      ['denied', 'BETFAIR_STORAGE_DENIED', false],
      ['misconfigured', 'BETFAIR_STORAGE_MISCONFIGURED', false],
      ['unavailable', 'BETFAIR_STORAGE_UNAVAILABLE', true],
      ['unsupported', 'BETFAIR_STORAGE_UNSUPPORTED', false],
    ] as const
  ).map(([failure, code, retryable]) => ({
    name: 'SessionStorageError',
    of: SessionStorageError,
    make: () => new SessionStorageError('The store failed.', failure, { cause }),
    code,
    retryable,
    says: /^The store failed\.$/,
    fields: { failure },
  })),
  {
    name: 'StorageConflictError',
    of: StorageConflictError,
    make: () => new StorageConflictError('session.token', { cause }),
    code: 'BETFAIR_STORAGE_CONFLICT',
    retryable: true,
    says: /"session\.token".*another writer/,
    fields: {},
  },
];

describe.each(cases)('$name ($code)', ({ name, of, make, code, retryable, says, fields }) => {
  it('carries its code, whether to retry, its fields and what led to it', () => {
    const error = make();
    expect(error).toBeInstanceOf(of);
    expect(error).toBeInstanceOf(BetfairSessionError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name, code, retryable, ...fields });
    expect(error.message).toMatch(says);
    expect(error.cause).toBe(cause);
  });

  it('is named in its stack, which begins where it was made', () => {
    const [first = '', second = ''] = make().stack?.split(/\n(?= {4}at )/) ?? [];
    expect(first).toMatch(new RegExp(`^${name}: `));
    expect(second).toContain('betfair-session.error.spec');
    expect(inspect(make())).toMatch(new RegExp(`^${name}: `));
  });

  it('gives JSON its code and its fields only', () => {
    const plain: unknown = JSON.parse(JSON.stringify(make()));
    expect(plain).toEqual({ code, retryable, ...JSON.parse(JSON.stringify(fields)) });
  });

  it('is copied by because() with class, fields, message and stack, but another cause', () => {
    const error = make();
    const other = new Error('something else');
    const copy = error.because(other);
    expect(copy).not.toBe(error);
    expect(copy).toBeInstanceOf(of);
    expect(copy.constructor).toBe(error.constructor);
    expect(copy).toMatchObject({ name, code, retryable, ...fields });
    expect(copy.message).toBe(error.message);
    expect(copy.stack).toBe(error.stack);
    expect(copy.cause).toBe(other);
    expect(error.cause).toBe(cause);
    expect(Object.keys(copy).toSorted()).toEqual(Object.keys(error).toSorted());
  });
});

describe('BetfairConfigurationError', () => {
  it('says a single fault in one line', () => {
    const error = new BetfairConfigurationError('username: set it.');
    expect(error.message).toBe('Betfair session: username: set it.');
    expect(error.faults).toEqual(['username: set it.']);
  });
});
