import { MissingPackageError } from 'nestjs-betfair-session';
import { importFailure } from '../../../lib/storage/remote/optional.package.js';

/** What Node, a loader of CommonJS or a bundle says of a package that it does not find. */
function absent(name: string, code = 'ERR_MODULE_NOT_FOUND'): Error {
  return Object.assign(new Error(`Cannot find package '${name}' imported from /app/x.js`), {
    code,
  });
}

/** What Yarn Plug'n'Play says of it. */
function unplugged(name: string): Error {
  return Object.assign(
    new Error(
      `nestjs-betfair-session tried to access ${name} (a peer dependency) but it isn't provided by your application; this makes the require call ambiguous and unsound.`,
    ),
    {
      code: 'MODULE_NOT_FOUND',
      pnpCode: 'MISSING_PEER_DEPENDENCY',
      data: { request: name, dependencyName: name },
    },
  );
}

function failureOf(error: Error): unknown {
  return importFailure(error, 'an-sdk', 'A feature');
}

describe('an optional package', () => {
  it.each([
    ['Node', absent('an-sdk'), 'ERR_MODULE_NOT_FOUND'],
    ['CommonJS and webpack', absent('an-sdk', 'MODULE_NOT_FOUND'), 'MODULE_NOT_FOUND'],
    ["Yarn Plug'n'Play", unplugged('an-sdk'), 'MODULE_NOT_FOUND'],
  ])(
    'that is not installed, in the words of %s, is named, with what needs it and how it is installed',
    (_, error, code) => {
      const failure = failureOf(error);
      expect(failure).toBeInstanceOf(MissingPackageError);
      expect(failure).toMatchObject({
        message: expect.stringMatching(/^A feature .*an-sdk.*npm i an-sdk$/),
        cause: expect.objectContaining({ code }),
      });
    },
  );

  it.each([
    ['lacks a package of its own', absent('a-part-of-an-sdk')],
    ["lacks a package of its own in Yarn Plug'n'Play", unplugged('a-part-of-an-sdk')],
    ['fails as it loads', absent('an-sdk', 'ERR_OF_ITS_OWN')],
    ['says nothing of what is missing', Object.assign(new Error(), { code: 'MODULE_NOT_FOUND' })],
  ])('that is there but %s is another fault', (_, error) => {
    expect(failureOf(error)).toBe(error);
  });
});
