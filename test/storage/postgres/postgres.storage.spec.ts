import { inspect } from 'node:util';
import {
  BetfairConfigurationError,
  MissingPackageError,
  PostgresStorage,
} from 'nestjs-betfair-session';
import { failureOf } from '../support/opened.js';

const SECRETS = ['CANARY-user', 'CANARY-pass', 'CANARY%'];

function shownOf(value: unknown): string {
  return (
    inspect(value, { depth: Infinity, showHidden: true, getters: true }) + JSON.stringify(value)
  );
}

describe('PostgresStorage', () => {
  it.each([[{}], [undefined], [{ url: '' }], [{ client: {} }], [{ client: null }]])(
    'is refused without a URL or a pool (%j)',
    (options) => {
      const create = () => Reflect.construct(PostgresStorage, [options]);
      expect(create).toThrow(BetfairConfigurationError);
      expect(create).toThrow(/PostgreSQL/);
    },
  );

  it('is refused with a URL and a pool', () => {
    const client = { query: async () => ({ rows: [] }) };
    const create = () => new PostgresStorage({ url: 'postgres://host/db', client });
    expect(create).toThrow(/needs a URL, or a pool with the method query/);
  });

  it.each(['postgres', 'postgresql'])(
    'names the package to install at start-up (%s)',
    async (scheme) => {
      const failure = await failureOf(`${scheme}://CANARY-user:CANARY-pass@host/db`);
      expect(failure).toBeInstanceOf(MissingPackageError);
      expect(failure).toMatchObject({
        message: expect.stringMatching(/^PostgreSQL storage needs .* npm i pg$/),
      });
      for (const secret of SECRETS) expect(shownOf(failure)).not.toContain(secret);
    },
  );

  it.each([
    ['postgres:', /names no host\. Write it as postgres:\/\/user:password@host:5432\/database/],
    ['postgres:///db', /names no host/],
    ['postgres://host', /must name one database after the host/],
    ['postgres://host/', /must name one database/],
    ['postgres://host/db/table', /must name one database/],
    ['postgres://one,two/db', /names several hosts\. Name only the primary/],
    ['postgres://host:x/db', /cannot be read\. In user and password, write special characters/],
    ['postgres://host/db ?table=x', /cannot be read/],
    ['postgres://CANARY-user:CANARY-pass#1@host/db', /cannot be read\. In user and password/],
    [
      'postgres://CANARY-user:1#CANARY-pass@host/db',
      /contains "#", or "@" after its host\. In user/,
    ],
    ['postgres://CANARY-user:1/CANARY-pass@host/db', /or "@" after its host/],
    ['postgres://host:1/db?CANARYpass=x@host', /or "@" after its host/],
    ['postgres://CANARY-user:CANARY%@host/db', /contains a "%" that is not a valid escape/],
    [
      'postgres://host/db?colour=CANARY-pass',
      /the parameter "colour"\. It supports only table, prefix, sslmode, sslrootcert/,
    ],
    ['postgres://host/db?table=', /"table" has no value/],
    ['postgres://host/db?table=a&table=b', /"table" is set twice/],
    [
      'postgres://host/db?sslmode=no-verify',
      /"sslmode" must be disable or require or verify-ca or/,
    ],
    [
      'postgres://host/db?sslmode=disable&sslrootcert=/ca.pem',
      /sslrootcert of the storage URL has no effect with sslmode=disable/,
    ],
    ['postgres://host/db?prefix=../x/', /the prefix .* cannot be used/],
    ['postgres://host/db?table=a.b.c', /the name of the PostgreSQL table .* is not valid/],
    ['postgres://host/db?table=a-b', /the name of the PostgreSQL table/],
    ['postgres://host/db?table=a%22;DROP', /the name of the PostgreSQL table/],
    ['postgres://host/db?table=.a', /the name of the PostgreSQL table/],
    [`postgres://host/db?table=${'a'.repeat(64)}`, /the name of the PostgreSQL table/],
  ])('is refused at start-up for %s', async (url, message) => {
    const failure = await failureOf(url);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({ message: expect.stringMatching(message) });
    expect(shownOf(failure)).not.toContain('CANARY');
  });

  it('is refused with the URL of something else', () => {
    expect(() => new PostgresStorage({ url: 'mysql://host/db' })).toThrow(
      /must start with postgres:/,
    );
  });

  it.each([
    ['postgres://host/db', 'postgres://host:5432/db/betfair_session/'],
    [
      'postgresql://CANARY-user:CANARY-pass@Host:6432/db',
      'postgres://host:6432/db/betfair_session/',
    ],
    [
      'POSTGRES://CANARY-user@host/db?prefix=a/&sslmode=require',
      'postgres://host:5432/db/betfair_session/a/',
    ],
    ['postgres://[::1]/my%20db?table=Betting.t_1', 'postgres://[::1]:5432/my%20db/Betting.t_1/'],
    [
      'postgres://%2Frun%2Fpostgresql/db',
      'postgres://%2frun%2fpostgresql:5432/db/betfair_session/',
    ],
  ])('%s lies at %s, and shows no more', (url, location) => {
    const store = new PostgresStorage({ url });
    expect(store.location).toBe(location);
    for (const secret of SECRETS) expect(shownOf(store)).not.toContain(secret);
  });

  it('takes the options before the parameters of the URL', () => {
    const url = 'postgres://host/db?table=one&prefix=a/';
    expect(new PostgresStorage({ url, table: 'two', prefix: 'b/' }).location).toBe(
      'postgres://host:5432/db/two/b/',
    );
  });
});
