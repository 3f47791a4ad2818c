import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { betfairSessionOptionsFromEnv, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { COMMANDS } from '../../../lib/cli/commands.js';
import { makeCertificate } from '../../identity/support/certificates.js';
import { pages } from '../../readme/blocks.js';
import { cleanUp } from './support/command.js';
import { healthyWorld, runIn, type World } from './support/world.js';

const page = pages.find(({ path }) => path === 'docs/doctor.md')?.text ?? '';

let simulator: BetfairSimulator;

beforeAll(async () => {
  simulator = await BetfairSimulator.start();
});

afterAll(async () => {
  await simulator.stop();
  await cleanUp();
});

/** The output that the page shows under a name. */
function shown(name: string): string {
  const [, block = ''] =
    new RegExp(`^<!-- doctor: ${name} -->\n\n\`\`\`\n([^]*?)^\`\`\`$`, 'm').exec(page) ?? [];
  expect(block).not.toBe('');
  return block;
}

/** Output as on the page, apart from line breaks, which depend on the length of paths. */
function asOnPage(output: string, { folder }: World): string {
  const { endpoints } = simulator.options();
  const stream = `${simulator.stream.host}:${simulator.stream.port}`;
  return output
    .replaceAll(folder, '/app')
    .replaceAll(new URL(endpoints.certLogin).host, '127.0.0.1:8444')
    .replaceAll(new URL(endpoints.api).host, '127.0.0.1:8443')
    .replaceAll(stream, '127.0.0.1:8445')
    .replaceAll(process.version, 'v22.12.0')
    .replaceAll(/until \d{4}-\d\d-\d\d/g, 'until 2027-11-30')
    .replaceAll(/\s+/g, ' ');
}

const SPOILED: Readonly<Record<string, (world: World) => Promise<void>>> = {
  healthy: async () => undefined,
  'another key': async ({ folder }) => {
    const { key } = await makeCertificate();
    await writeFile(join(folder, 'client.key'), key);
  },
  refused: async ({ variables }) => {
    simulator.account().password = 'changed at Betfair';
    const sessions = await SessionService.create(betfairSessionOptionsFromEnv(variables));
    await expect(sessions.getSession()).rejects.toThrow('INVALID_USERNAME_OR_PASSWORD');
    await sessions.close();
  },
};

describe('docs/doctor.md', () => {
  it.each(Object.keys(SPOILED))('shows what doctor prints: %s', async (name) => {
    const world = await healthyWorld(simulator);
    await SPOILED[name]?.(world);
    const { stdout } = await runIn(world, 'doctor');
    expect(asOnPage(stdout, world)).toBe(asOnPage(shown(name), world));
    expect(
      shown(name)
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });

  it('names every command', () => {
    const named = Array.from(page.matchAll(/^\| `([a-z]+)(?: --yes)?` +\|/gm), ([, name]) => name);
    const missing = [...COMMANDS.keys()].filter((name) => !named.includes(name));
    expect(missing).toEqual(['doctor']);
  });

  it('names every step, in the order of the output', () => {
    const rows = Array.from(page.matchAll(/^\| `([a-z]+)` +\|/gm), ([, name]) => name);
    const steps = new Set(shown('healthy').match(/(?<=^\w+ +)[a-z]+(?= )/gm));
    steps.delete('is');
    expect(rows.slice(0, steps.size)).toEqual([...steps]);
  });
});
