import { jest } from '@jest/globals';

// The package cannot be uninstalled for one test, so its import fails as Node's does.
jest.unstable_mockModule('selfsigned', () => {
  throw Object.assign(new Error("Cannot find package 'selfsigned'"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
});

it('BetfairSimulator.start() names the package to install', async () => {
  const { BetfairSimulator } = await import('../../../lib/testing/index.js');
  const { MissingPackageError } = await import('../../../lib/errors/index.js');

  const starting = BetfairSimulator.start();

  await expect(starting).rejects.toBeInstanceOf(MissingPackageError);
  await expect(starting).rejects.toThrow('npm i selfsigned');
});
