import { jest } from '@jest/globals';
import * as undici from 'undici';

async function load(found: object) {
  jest.resetModules();
  jest.unstable_mockModule('undici', () => found);
  const { loadUndici } = await import('../../lib/common/http/undici.js');
  return loadUndici();
}

it('finds undici where a bundle that is split has it in `default` only', async () => {
  expect((await load({ default: undici })).Client).toBe(undici.Client);
});

it.each([
  { Client: undici.Client },
  { default: { Client: undici.Client } },
  { default: undefined },
])('says that another version is found, if it has no cache stores: %j', async (found) => {
  await expect(load(found)).rejects.toMatchObject({
    code: 'BETFAIR_CONFIGURATION',
    message: expect.stringContaining('npm ls undici'),
  });
});
