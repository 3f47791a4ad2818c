const markets = ['Soccer', 'Horse Racing'];
const oneCopy = { service: true, error: true, stream: true, simulator: true, session: true };
const ct = 'SUB_IMAGE';

/**
 * The applications: the folders that make each up, the npm scripts that check and build it, the optional packages that
 * must not be there, how many tests it has and from which Node on, and its programs (npm scripts) with what each prints
 * last. `shown` are files of the documentation that it has as sources; `report` has its tests reported as JSON. The CommonJS ones have the settings of Nest's own starters: an older and a newer one of Nest 11, and that of 12.
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
];
