/** What is mutated, and by which suites it is found, is up to `run.mjs`. */
export default {
  testRunner: 'jest',
  jest: { configFile: 'test/mutation/jest.config.mjs', enableFindRelatedTests: false },
  testRunnerNodeArgs: ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules'],
  coverageAnalysis: 'perTest',
  // Two would make the other one's waits longer on a small machine.
  concurrency: 1,
  // jest in ESM mode keeps the modules of every run.
  maxTestRunnerReuse: 20,
  // Generous: what a busy machine slows down must not count as found. A test that hangs fails by itself, after 30 s.
  timeoutMS: 15_000,
  timeoutFactor: 1.5,
  dryRunTimeoutMinutes: 20,
  tempDirName: '.stryker/sandboxes',
  ignorePatterns: ['coverage', 'sample', 'test/e2e/consumers', 'test/e2e/fleet'],
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  htmlReporter: { fileName: '.stryker/mutation.html' },
  jsonReporter: { fileName: '.stryker/mutation.json' },
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  allowConsoleColors: false,
  thresholds: { break: 85 },
};
