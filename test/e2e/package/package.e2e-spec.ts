import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { makeCertificate } from '../../identity/support/certificates.js';

const ROOT = resolve(import.meta.dirname, '../../..');
/** Packages that are loaded at first use. */
const LATE =
  /^(@nestjs\/(schedule|config|terminus)|@opentelemetry\/|@aws-sdk\/|@smithy\/|@azure\/|@google-cloud\/|axios|undici)/;

/** Writes the name of everything that is imported, by either module system, to a file: a pipe may be full. */
const WATCHING = `
  import Module, { register } from 'node:module';
  import { appendFileSync } from 'node:fs';
  const hook = \`
    import { appendFileSync } from 'node:fs';
    export function resolve(specifier, context, next) {
      appendFileSync(process.env.IMPORTED, specifier + '\\\\n');
      return next(specifier, context);
    }\`;
  register('data:text/javascript,' + encodeURIComponent(hook));
  const load = Module._load;
  Module._load = function (specifier, ...more) {
    appendFileSync(process.env.IMPORTED, specifier + '\\n');
    return load.call(this, specifier, ...more);
  };`;

/** Runs a script in a process of its own; answers what it prints and what it imported. */
async function run(
  script: string,
  env: Record<string, string> = {},
): Promise<{ printed: string; imported: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'imports-'));
  const imported = join(folder, 'imported');
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '--no-warnings',
        `--import=data:text/javascript,${encodeURIComponent(WATCHING)}`,
        '--input-type=module',
        '--eval',
        script,
      ],
      { cwd: ROOT, env: { ...process.env, ...env, IMPORTED: imported } },
    );
    return { printed: stdout.trim(), imported: (await readFile(imported, 'utf8')).split('\n') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('the built package', () => {
  beforeAll(() => {
    if (!existsSync(resolve(ROOT, 'dist/esm/index.js'))) throw new Error('First: npm run build');
  });

  it.each([
    ['imported by its name', `await import('nestjs-betfair-session')`],
    ['imported as ECMAScript module', `await import('./dist/esm/index.js')`],
    ['required as CommonJS', `createRequire(import.meta.resolve('./x'))('./dist/cjs/index.js')`],
    ['imported as testing kit', `await import('nestjs-betfair-session/testing')`],
    [
      'required as testing kit',
      `createRequire(import.meta.resolve('./x'))('./dist/cjs/testing/index.js')`,
    ],
  ])('%s loads no optional package, no client, and nothing of the command', async (_, load) => {
    const { printed, imported } = await run(`
      import { createRequire } from 'node:module';
      const loaded = ${load};
      console.log(Object.keys(loaded).some((name) => /^(SessionService|BetfairSimulator)$/.test(name)));`);
    expect(printed).toBe('true');
    // What shows that the watching works.
    expect(imported).toContain('node:crypto');
    expect(imported.filter((name) => LATE.test(name))).toEqual([]);
    expect(imported.filter((name) => /(^|\/)cli\//.test(name))).toEqual([]);
  });

  it('has a command that loads no framework and no client', async () => {
    const { printed, imported } = await run(`
      process.argv.splice(1, 2, 'main.js', 'simulator', '--help');
      await import('./dist/esm/cli/main.js');`);
    expect(printed).toMatch(/^Usage: nestjs-betfair-session simulator/);
    expect(imported).toContain('./simulator/simulator.command.js');
    const packages = imported.filter((name) => /^[@a-z]/.test(name) && !isBuiltin(name));
    expect(packages.filter((name) => !/^(file|data):/.test(name))).toEqual([]);
  });

  it('has types that name no client and no cloud, so that applications compile without them', async () => {
    const folder = resolve(ROOT, 'dist/esm');
    const names = (await readdir(folder, { recursive: true })).filter((name) =>
      name.endsWith('.d.ts'),
    );
    const texts = await Promise.all(names.map((name) => readFile(resolve(folder, name), 'utf8')));
    const imported = Array.from(
      texts.join('\n').matchAll(/(?:from|import\()\s*['"]([^.'"][^'"]*)['"]/g),
      ([, name = '']) => name,
    );
    const packages = [...new Set(imported)].filter((name) => !name.startsWith('node:'));
    expect(packages.toSorted()).toEqual([
      '@nestjs/common',
      '@nestjs/config', // by the subpath /config only
      '@nestjs/core',
      '@nestjs/terminus', // by the subpath /terminus only
      'nestjs-betfair-session/testing', // an example in a comment
      'rxjs',
      'undici',
    ]);
  });

  it('has one dependency, which has none, and neither has an install script', async () => {
    const read = async (path: string) => JSON.parse(await readFile(join(ROOT, path), 'utf8'));
    const own = await read('package.json');
    const undici = await read('node_modules/undici/package.json');
    expect(Object.keys(own.dependencies)).toEqual(['undici']);
    expect(own).not.toHaveProperty('optionalDependencies');
    expect(undici.dependencies ?? {}).toEqual({});
    for (const { scripts } of [own, undici]) {
      for (const name of ['preinstall', 'install', 'postinstall']) {
        expect(scripts).not.toHaveProperty([name]);
      }
    }
    // npm would compile it without any script.
    expect(existsSync(join(ROOT, 'binding.gyp'))).toBe(false);
  });

  it('refuses an untrusted server even where the environment switches the check off', async () => {
    const { printed } = await run(
      `
      import 'reflect-metadata';
      import { Test } from '@nestjs/testing';
      import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';
      import { BetfairSimulator } from 'nestjs-betfair-session/testing';
      const simulator = await BetfairSimulator.start();
      const { ca, ...untrusting } = simulator.options();
      const module = await Test.createTestingModule({
        imports: [BetfairSessionModule.forRoot(untrusting)],
      }).setLogger(false).compile();
      const code = await module.get(SessionService).getSession().catch((error) => error.cause.code);
      console.log(code, simulator.requests.length);
      await module.close();
      await simulator.stop();`,
      { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    );
    expect(printed).toMatch(/^(SELF_SIGNED|UNABLE_TO)_\w+ 0$/);
  });

  it('trusts the authorities of NODE_EXTRA_CA_CERTS beside those of the option ca', async () => {
    const simulator = await BetfairSimulator.start();
    const folder = await mkdtemp(join(tmpdir(), 'authorities-'));
    try {
      const file = join(folder, 'company.pem');
      await writeFile(file, `# The authority of the company\n${simulator.ca}`);
      const another = await makeCertificate();
      const { printed } = await run(
        `
        import 'reflect-metadata';
        import { Test } from '@nestjs/testing';
        import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';
        const module = await Test.createTestingModule({
          imports: [BetfairSessionModule.forRoot(JSON.parse(process.env.OPTIONS))],
        }).setLogger(false).compile();
        const login = module.get(SessionService).getSession();
        console.log(await login.then(() => 'trusted', (error) => error.message));
        await module.close();`,
        {
          NODE_EXTRA_CA_CERTS: file,
          OPTIONS: JSON.stringify({ ...simulator.options(), ca: another.cert }),
        },
      );
      expect(printed).toBe('trusted');
    } finally {
      await simulator.stop();
      await rm(folder, { recursive: true });
    }
  });
});
