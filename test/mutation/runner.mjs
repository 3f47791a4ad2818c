// Runs for a change only the suites that have a test for it, until one fails. Stryker alone would load all suites for
// each change, and loading one takes longer than most tests.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import TestRunner from 'jest-runner';

/** Names of the tests in each suite, as the first run found them, for the processes that follow. */
const FILE = '.stryker-suites.json';

export default class MutationRunner extends TestRunner {
  async runTests(tests, watcher, options) {
    const { testNamePattern } = this._globalConfig;
    const isFirst = process.env.__STRYKER_ACTIVE_MUTANT__ === undefined;
    const named = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
    this.on('test-file-success', ([{ path }, { testResults, numFailingTests }]) => {
      if (isFirst) named[path] = testResults.map(({ fullName }) => fullName);
      else if (numFailingTests > 0) watcher.setState({ interrupted: true });
    });
    const isWanted = new RegExp(testNamePattern ?? '', 'i');
    const wanted = tests.filter(
      ({ path }) => isFirst || named[path].some((name) => isWanted.test(name)),
    );
    await super.runTests(wanted, watcher, options);
    if (isFirst) writeFileSync(FILE, JSON.stringify(named));
  }
}
