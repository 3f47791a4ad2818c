const markets = ['Soccer', 'Horse Racing'];
const oneCopy = { service: true, error: true, stream: true, simulator: true, session: true };
const ct = 'SUB_IMAGE';
const stores = ['@aws-sdk/client-s3', '@azure/storage-blob', '@google-cloud/storage', 'ioredis'];
const bundled = { sports: markets, missing: [...stores, 'pg'], logins: 1 };
const bundledWithPg = { ...bundled, missing: [...stores, null] };
const managed = {
  sports: markets,
  timers: ['betfair-session:default'],
  code: 'BETFAIR_MISSING_PACKAGE',
  packageName: 'pg',
};

/**
 * The applications: the folders that make each up, the npm scripts that check and build it, the optional packages that
 * must not be there, how many tests it has and from which Node on, and its programs (npm scripts) with what each prints
 * last. `shown` are files of the documentation that it has as sources; `report` has its tests reported as JSON;
 * `installs` is the script that installs it instead of npm; `oneNode` runs it on the running Node only; `inShort: false`
 * leaves it out of the short form. The CommonJS ones have the settings of Nest's own starters: an older and a newer one of Nest 11, and that of 12.
 */
export const consumers = [
  {
    name: 'nest11-cjs',
    folders: ['nest11-cjs'],
    builds: ['build', 'check:nodenext'],
    absent: [],
    tests: 8,
    programs: {
      start: { first: markets, second: markets, generation: 2, ct, health: 200, logins: 2 },
    },
  },
  {
    name: 'nest12-cjs',
    folders: ['nest11-cjs', 'nest12-cjs'],
    builds: ['build'],
    absent: [],
    tests: 8,
    // Nest 12 is ES modules only, which jest can require from there on.
    testsFrom: 24,
    programs: {
      start: { first: markets, second: markets, generation: 2, ct, health: 200, logins: 2 },
    },
  },
  {
    name: 'nest12-esm',
    folders: ['nest12-esm'],
    builds: ['build', 'check:typescript7'],
    absent: ['@nestjs/config', '@nestjs/schedule'],
    tests: 3,
    programs: {
      start: {
        first: { status: 200, generation: 1 },
        last: { status: 200, generation: 2 },
        ct,
        logins: 2,
      },
      'start:import-first': oneCopy,
      'start:require-first': oneCopy,
    },
  },
  {
    name: 'nest12-vitest',
    folders: ['nest12-vitest'],
    shown: [
      'open-orders.service.ts',
      'prices.service.ts',
      'prices.spec.ts',
      'streaming.module.ts',
      'streaming.spec.ts',
    ],
    builds: ['build'],
    absent: ['@nestjs/config', '@nestjs/schedule'],
    tests: 6,
    // What its script passes itself.
    report: [],
    programs: {},
  },
  {
    name: 'no-optional-peers',
    folders: ['no-optional-peers'],
    builds: ['build'],
    absent: ['@nestjs/config', '@nestjs/schedule', '@nestjs/terminus', '@opentelemetry/api'],
    tests: 0,
    programs: {
      start: { state: 'empty' },
      'start:simulator': { logins: 1, state: 'ready', ct },
      'start:command': { sports: markets, exitCode: 0 },
    },
  },
  {
    name: 'nest-add',
    folders: ['nest-add'],
    builds: ['new', 'add', 'add:again', 'build'],
    absent: ['@nestjs/config'],
    tests: 0,
    programs: {
      start: {
        code: 'BETFAIR_CONFIGURATION',
        names: ['BETFAIR_USERNAME', 'BETFAIR_PASSWORD', 'BETFAIR_APP_KEY'],
        example: true,
      },
    },
  },
  {
    name: 'bundles-nest11',
    folders: ['bundles', 'bundles-nest11'],
    builds: ['build', 'bundle:esbuild', 'bundle:webpack'],
    absent: stores,
    oneNode: true,
    tests: 0,
    programs: {
      start: bundledWithPg,
      'start:esbuild': bundledWithPg,
      'start:webpack': bundledWithPg,
    },
  },
  {
    name: 'bundles-nest12',
    folders: ['bundles', 'bundles-nest12'],
    builds: ['build', 'bundle:esbuild', 'bundle:rspack'],
    absent: [...stores, 'pg'],
    oneNode: true,
    inShort: false,
    tests: 0,
    programs: {
      start: bundled,
      'start:esm': bundled,
      'start:cjs': bundled,
      'start:rspack': bundled,
    },
  },
  {
    name: 'pnpm',
    folders: ['package-managers'],
    installs: 'install:pnpm',
    builds: ['command:pnpm'],
    absent: ['pg', 'undici'],
    oneNode: true,
    tests: 0,
    programs: { 'start:pnpm': { ...managed, isPlugged: false } },
  },
  {
    name: 'yarn',
    folders: ['package-managers'],
    installs: 'install:yarn',
    builds: ['command:yarn'],
    absent: ['pg'],
    oneNode: true,
    tests: 0,
    programs: { 'start:yarn': { ...managed, isPlugged: true } },
  },
];
