import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import {
  cleanUp,
  emptyFolder,
  run,
  runCommand,
  type RunningSimulator,
  startSimulator,
} from './support/command.js';
import { pages } from '../../readme/blocks.js';

const page = pages.find(({ path }) => path === 'docs/simulator.md')?.text ?? '';
const runs = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
const hasCurl = runs('curl', '--version');
if (!hasCurl) console.warn('The curl lines of docs/simulator.md are not run: curl is missing.');
const hasRequests = runs('python3', '-c', 'import requests');
if (!hasRequests) {
  console.warn(
    'The Python of docs/simulator.md is not run: python3 or its package requests is missing.',
  );
}

/** The code blocks of the page in one language. */
const blocksIn = (language: string) =>
  Array.from(
    page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm')),
    ([, code = '']) => code,
  );

describe('docs/simulator.md', () => {
  let folder: string;
  let simulator: RunningSimulator;

  beforeAll(async () => {
    folder = await emptyFolder();
    simulator = await startSimulator(folder);
  });

  afterAll(cleanUp);

  it('shows what --help prints', async () => {
    const { stdout } = await runCommand(['simulator', '--help'], folder).ended;
    expect(blocksIn('')).toContain(stdout);
  });

  it('names the files that are written', async () => {
    const rows = page.match(/^\| `[^|]*\.(?:env|crt|key|json|versions)` .*$/gm) ?? [];
    const named = rows.flatMap((row) => row.split('|')[1]?.match(/[^`\s,]+/g) ?? []);
    const written = (await readdir(simulator.folder)).filter((name) => name !== '.gitignore');
    expect(named.toSorted()).toEqual(written.toSorted());
  });

  (hasCurl ? it : it.skip)('has curl lines that work', async () => {
    const lines = blocksIn('sh').filter((block) => block.includes('curl '));
    expect(lines).toHaveLength(1);
    const script = lines.join('').replaceAll('curl ', 'curl -sf ');
    const { code, stdout } = await run('sh', ['-ec', script], folder).ended;
    expect([code, stdout]).toEqual([
      0,
      '{"ended":0}{"endpoint":"keepAlive","fault":{"status":503},"times":2,"processed":false}' +
        '{"do":"fail","errorCode":"NOT_AUTHORIZED","op":"subscription","times":2}',
    ]);
  });

  (hasRequests ? it : it.skip)('has Python that logs in', async () => {
    const [code = ''] = blocksIn('python');
    const script = 'set -a; . simulated-betfair/.env; exec python3 -c "$1"';
    const { stdout, stderr } = await run('sh', ['-ec', script, 'sh', code], folder).ended;
    expect([stdout, stderr]).toEqual(['SUCCESS\n', '']);
  });
});
