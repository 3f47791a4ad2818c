const markets = ['Soccer', 'Horse Racing'];
const oneCopy = { service: true, error: true, simulator: true, session: true };

/**
 * The applications: the folders that make each up, the npm scripts that check and build it, the optional packages that
 * must not be there, how many tests it has and from which Node on, and its programs (npm scripts) with what each prints
 * last. The CommonJS ones have the settings of Nest's own starters: an older and a newer one of Nest 11, and that of 12.
 */
export const consumers = [
  {
    name: 'nest11-cjs',
    folders: ['nest11-cjs'],
    builds: ['build', 'check:nodenext'],
    absent: [],
    tests: 5,
    programs: { start: { first: markets, second: markets, generation: 2, logins: 2 } },
  },
  {
    name: 'nest12-cjs',
    folders: ['nest11-cjs', 'nest12-cjs'],
    builds: ['build'],
    absent: [],
    tests: 5,
    // Nest 12 is ES modules only, which jest can require from there on.
    testsFrom: 24,
    programs: { start: { first: markets, second: markets, generation: 2, logins: 2 } },
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
        logins: 2,
      },
      'start:import-first': oneCopy,
      'start:require-first': oneCopy,
    },
  },
  {
    name: 'no-optional-peers',
    folders: ['no-optional-peers'],
    builds: ['build'],
    absent: ['@nestjs/config', '@nestjs/schedule'],
    tests: 0,
    programs: {
      start: { state: 'empty' },
      'start:simulator': { logins: 1, state: 'ready' },
      'start:command': { sports: markets, exitCode: 0 },
    },
  },
];
