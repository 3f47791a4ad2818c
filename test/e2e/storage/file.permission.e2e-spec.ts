import { mkdir, readdir, realpath, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { cleanUp, emptyFolder, MAIN, run } from '../cli/support/command.js';
import { findingsIn, healthyWorld } from '../cli/support/world.js';

/** Node's permission model: the name of its flag in this version. */
const FLAG = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';
const MODULE = pathToFileURL(resolve('dist/esm/index.js')).href;

/** Reads, writes and reads again, and prints what came of each. */
const PROGRAM = `
import { FileStorage } from '${MODULE}';
const storage = new FileStorage({ directory: process.argv[2] });
const shown = [];
const attempt = (work) => work().then(
  (done) => shown.push(done?.value ?? typeof done),
  ({ code, failure, message }) => shown.push({ code, failure, message }),
);
await attempt(() => storage.read('key'));
await attempt(() => storage.write('key', 'value', { ifAbsent: true }));
await attempt(() => storage.read('key'));
console.log(JSON.stringify(shown));
`;

let folder: string;

beforeEach(async () => {
  folder = await emptyFolder();
  await writeFile(join(folder, 'program.mjs'), PROGRAM);
});

afterAll(cleanUp);

/** Uses the store `<folder>/store` with rights to read and write some paths, and to load the program. */
async function use(reads: readonly string[], writes: readonly string[]): Promise<unknown> {
  const program = join(folder, 'program.mjs');
  const loaded = [program, resolve('*'), join(await realpath('node_modules'), '*')];
  const rights = [
    ...[...loaded, ...reads].map((path) => `--allow-fs-read=${path}`),
    ...writes.map((path) => `--allow-fs-write=${path}`),
  ];
  const args = ['--no-warnings', FLAG, ...rights, program, join(folder, 'store')];
  const { stdout, stderr } = await run(process.execPath, args, folder).ended;
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

/** The error of a store whose directory Node's permission model forbids. */
function denied(store: string) {
  const rights = join(store, '*');
  return {
    code: 'BETFAIR_STORAGE_DENIED',
    failure: 'denied',
    message: `The session directory "${store}" cannot be used (ERR_ACCESS_DENIED). Node's permission model forbids it. Start Node with --allow-fs-read="${rights}" and --allow-fs-write="${rights}" too.`,
  };
}

describe("file storage under Node's permission model", () => {
  it('works with all rights', async () => {
    expect(await use(['*'], ['*'])).toEqual(['undefined', 'string', 'value']);
  });

  it('works with the rights that its error names', async () => {
    const rights = [join(folder, 'store', '*')];
    expect(await use(rights, rights)).toEqual(['undefined', 'string', 'value']);
    expect(await readdir(join(folder, 'store'))).toContain('.gitignore');
  });

  it('says which rights are missing', async () => {
    const error = denied(join(folder, 'store'));
    expect(await use([], [])).toEqual([error, error, error]);
  });

  it('reads without the right to write', async () => {
    const store = join(folder, 'store');
    await mkdir(store);
    await writeFile(join(store, 'key'), 'by hand');
    expect(await use([join(store, '*')], [])).toEqual(['by hand', denied(store), 'by hand']);
  });
});

describe("the doctor under Node's permission model", () => {
  let simulator: BetfairSimulator;

  beforeAll(async () => {
    simulator = await BetfairSimulator.start();
  });

  afterAll(() => simulator.stop());

  it.each([
    ['finds a store that works', ['--allow-fs-write=*'], /^ok store: file:/],
    [
      'finds a store that it may not write',
      [],
      /^fail store: The session directory ".*" cannot be used \(ERR_ACCESS_DENIED\)\. .* --allow-fs-write="/,
    ],
  ])('%s', async (_, rights, expected) => {
    const world = await healthyWorld(simulator);
    // Newer versions have a right to the network too.
    const network = process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : [];
    const flags = ['--no-warnings', FLAG, '--allow-fs-read=*', ...rights, ...network];
    const args = [...flags, MAIN, 'doctor', '--json'];
    const outcome = await run(process.execPath, args, world.folder, world.variables).ended;
    expect(findingsIn(outcome)).toContainEqual(expect.stringMatching(expected));
  });
});
