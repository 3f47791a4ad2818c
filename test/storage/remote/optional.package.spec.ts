import { MissingPackageError } from 'nestjs-betfair-session';
import { importPackage } from '../../../lib/storage/remote/optional.package.js';

/** What Node, or a loader of CommonJS, says of a package that it does not find. */
function absent(name: string, code = 'ERR_MODULE_NOT_FOUND'): Error {
  return Object.assign(new Error(`Cannot find package '${name}' imported from /app/x.js`), {
    code,
  });
}

async function failureOf(failure: Error): Promise<unknown> {
  try {
    await importPackage('an-sdk', 'A feature', async () => {
      throw failure;
    });
  } catch (error) {
    return error;
  }
  throw new Error('It should have failed.');
}

describe('an optional package', () => {
  it('is handed on as it is', async () => {
    expect(await importPackage('an-sdk', 'A feature', async () => 'the SDK')).toBe('the SDK');
  });

  it.each(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])(
    'that is not installed (%s) is named, with what needs it and how it is installed',
    async (code) => {
      const failure = await failureOf(absent('an-sdk', code));
      expect(failure).toBeInstanceOf(MissingPackageError);
      expect(failure).toMatchObject({
        message: expect.stringMatching(/^A feature .*an-sdk.*npm i an-sdk$/),
        cause: expect.objectContaining({ code }),
      });
    },
  );

  it.each([
    ['lacks a package of its own', absent('a-part-of-an-sdk')],
    ['fails as it loads', absent('an-sdk', 'ERR_OF_ITS_OWN')],
    ['says nothing of what is missing', Object.assign(new Error(), { code: 'MODULE_NOT_FOUND' })],
  ])('that is there but %s is another fault', async (_, error) => {
    expect(await failureOf(error)).toBe(error);
  });
});
