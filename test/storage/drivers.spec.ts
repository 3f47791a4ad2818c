import { jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { readFile } from 'node:fs/promises';
import type { StorageDriver } from '../../lib/storage/contract/storage.driver.js';

const { DRIVERS } = await import('../../lib/storage/drivers.js');
const { MemoryStorage } = await import('../../lib/storage/memory/memory.storage.js');

/** A back end of one folder and one entry. */
let openings = 0;
class ToyStorage extends MemoryStorage {
  async open(): Promise<void> {
    openings += 1;
  }
}
const box = new ToyStorage();
const toy: StorageDriver = {
  schemes: ['toy:', 'toys:'],
  examples: ['toy://box'],
  packages: [],
  create: () => box,
};

jest.unstable_mockModule('../../lib/storage/drivers.js', () => ({ DRIVERS: [...DRIVERS, toy] }));
const { BetfairSessionModule, getSessionStorageToken, SessionService } =
  await import('nestjs-betfair-session');
const { BetfairSimulator, sessionStorageConformance } =
  await import('nestjs-betfair-session/testing');
const { findStorageFault } = await import('../../lib/storage/storage.factory.js');

describe('a back end that is added to the list', () => {
  it('is opened by URL, at start-up, and serves a session', async () => {
    const simulator = await BetfairSimulator.start();
    const options = { ...simulator.options(), storage: 'toys://box' };
    const app = await Test.createTestingModule({
      imports: [BetfairSessionModule.forRoot(options)],
    }).compile();
    expect(openings).toBe(1);
    expect(app.get<unknown>(getSessionStorageToken())).toBeInstanceOf(ToyStorage);
    await expect(app.get(SessionService).getSession()).resolves.toHaveProperty('token');
    await app.close();
    await simulator.stop();
  });

  it('is named by the error for a scheme that there is not', () => {
    expect(findStorageFault('tin://box')).toMatch(
      /"tin:" is not a known storage scheme\..* toy:\/\/box, or an object/,
    );
  });

  const cases = sessionStorageConformance({
    create: async () => toy.create('toy://box', () => {}),
  });
  it.each(cases.map(({ name, run }) => [name, run] as const))('passes: %s', (_, run) => run());
});

describe('the list of back ends', () => {
  it('has each scheme once, and an example of each back end that is taken', () => {
    const schemes = DRIVERS.flatMap((driver) => driver.schemes);
    expect(new Set(schemes).size).toBe(schemes.length);
    for (const { schemes: own, examples } of DRIVERS) {
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        expect(own.some((scheme) => example.startsWith(scheme))).toBe(true);
      }
    }
  });

  it('names the packages that are optional peers, and with what range', async () => {
    const { peerDependencies, peerDependenciesMeta, devDependencies } = JSON.parse(
      await readFile('package.json', 'utf8'),
    );
    const packages = DRIVERS.flatMap((driver) => driver.packages);
    for (const name of packages) {
      expect(peerDependencies).toHaveProperty([name]);
      expect(peerDependenciesMeta).toHaveProperty([name, 'optional'], true);
      expect(devDependencies).not.toHaveProperty([name]);
    }
    const ofNoStore = /^(@nestjs\/.*|@opentelemetry\/api|reflect-metadata|rxjs)$/;
    const peers = Object.keys(peerDependencies).filter((name) => !ofNoStore.test(name));
    expect(packages.toSorted()).toStrictEqual(peers.toSorted());
  });
});
