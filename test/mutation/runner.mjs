// Runs for a change only the suites that have a test for it, quick ones first, until one fails. Stryker alone would load
// all suites for each change, and loading one takes longer than most tests.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import TestRunner from 'jest-runner';

/** Milliseconds and names of the tests of each suite, as the first run found them, for the processes that follow. */
const FILE = '.stryker-suites.json';

export default class MutationRunner extends TestRunner {
  async runTests(tests, watcher, options) {
    const { _globalConfig: settings } = this;
    const { __STRYKER_ACTIVE_MUTANT__: change } = process.env;
    const isFirst = change === undefined;
    const known = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
    this.on('test-file-success', ([{ path }, { testResults, numFailingTests, perfStats }]) => {
      const names = testResults.map(({ fullName }) => fullName);
      if (isFirst) known[path] = { ms: perfStats.runtime, names };
      else if (numFailingTests > 0) watcher.setState({ interrupted: true });
    });
    const isWanted = new RegExp(settings.testNamePattern ?? '', 'i');
    const wanted = tests
      .filter(({ path }) => isFirst || known[path].names.some((name) => isWanted.test(name)))
      .toSorted((a, b) => (known[a.path]?.ms ?? 0) - (known[b.path]?.ms ?? 0));
    await super.runTests(wanted, watcher, options);
    if (isFirst) writeFileSync(FILE, JSON.stringify(known));
  }
}
