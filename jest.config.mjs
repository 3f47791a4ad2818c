export default {
  testEnvironment: '<rootDir>/test/support/jest/node.environment.mjs',
  roots: ['<rootDir>/test'],
  // What needs processes, servers or what is built has configurations of its own.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/'],
  // Suites that take longer are named `*.long.spec.ts`; `npm run test:long` runs them, and compiles and runs README and docs.
  testRegex: process.env.LONG_TESTS
    ? '(/readme/.*|\\.long)\\.spec\\.ts$'
    : '^(?!.*/readme/).*(?<!\\.long)\\.spec\\.ts$',
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
