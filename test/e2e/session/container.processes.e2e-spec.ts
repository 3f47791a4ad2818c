import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { Container, missingContainer } from './support/container.js';

// Whole processes, on machines that may be busy.
jest.setTimeout(60_000);

const missing = missingContainer();
if (missing !== undefined)
  console.warn(`NOT RUN: applications as process 1 of a read-only root, because: ${missing}`);
const inContainer = missing === undefined ? describe : describe.skip;

inContainer('as process 1, where only one volume can be written', () => {
  const sports = [{ eventType: expect.any(Object), marketCount: expect.any(Number) }];
  const containers: Container[] = [];
  let simulator: BetfairSimulator;
  let volume: string;

  beforeEach(async () => {
    simulator = await BetfairSimulator.start();
    volume = await mkdtemp(join(tmpdir(), 'container-'));
  });
  afterEach(async () => {
    for (const container of containers.splice(0)) await container.remove();
    await simulator.stop();
    await rm(volume, { recursive: true });
  });

  async function start(directory = join(volume, 'session')): Promise<Container> {
    const container = await Container.start(simulator.options(), { volume, directory });
    containers.push(container);
    return container;
  }

  it('is stopped by SIGTERM, and the next one goes on with its session', async () => {
    const first = await start();
    expect(await first.get('call')).toEqual(expect.arrayContaining(sports));
    const stored = await readdir(join(volume, 'session'));
    expect(stored).toContainEqual(expect.stringMatching(/^session-.*\.token$/));
    expect(await first.end('SIGTERM')).toBe(0);

    const second = await start();
    expect(await second.get('call')).toEqual(expect.arrayContaining(sports));
    expect(await second.end('SIGTERM')).toBe(0);
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 0 });
  });

  it('is killed, and the next one goes on with its session', async () => {
    const first = await start();
    expect(await first.get('session')).toEqual({ generation: 1 });
    await first.end('SIGKILL');

    const second = await start();
    expect(await second.get('call')).toEqual(expect.arrayContaining(sports));
    expect(simulator.counts.logins).toBe(1);
  });

  it('does not start with the directory of its sessions outside the volume, and says which', async () => {
    const outside = join(tmpdir(), 'container-without-a-volume');
    const container = await start(outside);
    expect(await container.failure()).toContain(`The session directory "${outside}" cannot`);
    expect(simulator.requests).toEqual([]);
  });
});
