const { SUITES = 'quick' } = process.env;

/** What `npm test`, `npm run test:long` and `npm run test:longest` run. The second compiles and runs the documentation. */
const SPECS = {
  quick: '^(?!.*/readme/).*(?<!\\.long|\\.longest)\\.spec\\.ts$',
  long: '(/readme/.*|\\.long)\\.spec\\.ts$',
  longest: '\\.longest\\.spec\\.ts$',
};

/** How the names of suites elsewhere go on: those that a change has to pass, or the longest. */
export const LENGTH = SUITES === 'longest' ? '\\.longest' : '(?<!\\.longest)';

export default {
  testEnvironment: '<rootDir>/test/support/jest/node.environment.mjs',
  roots: ['<rootDir>/test'],
  // What needs processes, servers or what is built has configurations of its own.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/'],
  testRegex: SPECS[SUITES],
  // Suites wait for the network as often as they compute.
  maxWorkers: 3,
  // Suites leave their modules behind in a worker; it is replaced before the system needs long to free them all.
  workerIdleMemoryLimit: '768MB',
  // RSA keys and handshakes take their time on a busy machine; no test measures speed.
  testTimeout: 30_000,
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^nestjs-betfair-session$': '<rootDir>/lib/index.ts',
    '^nestjs-betfair-session/(config|stream|terminus|testing)$': '<rootDir>/lib/$1/index.ts',
  },
  // Of what is installed, only the packages below go through a transform.
  transformIgnorePatterns: [],
  transform: {
    '/node_modules/(@nestjs/[^/]+|reflect-metadata|rxjs|undici)/':
      '<rootDir>/test/support/jest/installed.transform.mjs',
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: {
            legacyDecorator: true,
            decoratorMetadata: true,
            useDefineForClassFields: true,
          },
          target: 'es2022',
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // The command is tested as a process of its own, which nobody counts.
  collectCoverageFrom: ['lib/**/*.ts', '!lib/cli/**'],
  coverageProvider: 'v8',
};
