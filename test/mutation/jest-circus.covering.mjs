// jest-circus, which loads only what a mutant needs. Stryker names the tests that reach the mutant, but jest would load
// every suite to find them, and run all of them after the first failure.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEmptyTestResult } from '@jest/test-result';
import runner from 'jest-circus/runner';

const { default: circus } = runner;
const ACTIVE_MUTANT = '__STRYKER_ACTIVE_MUTANT__';
/** The mutant that a test has failed with already. */
let killed;
/** What was thrown where no test could catch it; it would end this process, which tells Stryker nothing. */
let uncaught;
process.on('uncaughtException', (error) => {
  uncaught = error;
});

export default async function run(globalConfig, config, environment, runtime, path, ...rest) {
  const mutant = process.env[ACTIVE_MUTANT];
  const names = namesFile(config.rootDir, path);
  if (mutant !== undefined) {
    if (killed === mutant || !reaches(globalConfig.testNamePattern, names)) return skippedSuite();
    skipAfterFailure(environment);
  }
  uncaught = undefined;
  const result = await circus(globalConfig, config, environment, runtime, path, ...rest);
  if (mutant === undefined) {
    const found = result.testResults.map(({ fullName }) => fullName);
    writeFileSync(names, JSON.stringify(found));
  }
  if (uncaught && result.numFailingTests === 0) fail(result, uncaught);
  if (mutant !== undefined && result.testExecError) {
    // A clean-up that fails is noticed as much as a test that does; Stryker would take it for a fault of the run.
    if (result.numFailingTests === 0) fail(result, result.testExecError);
    if (result.numFailingTests > 0) result.testExecError = undefined;
  }
  killed = result.numFailingTests > 0 || result.testExecError ? mutant : undefined;
  return result;
}

/** Counts what nobody caught as the failure of a test that ran. */
function fail(result, error) {
  const test = result.testResults.find(({ status }) => status === 'passed');
  if (!test) return;
  test.status = 'failed';
  test.failureMessages = [`Uncaught: ${error?.stack ?? error}`];
  result.numFailingTests += 1;
  result.numPassingTests -= 1;
}

/** Where the first, unmutated run leaves the names of a suite's tests, for all runners of the sandbox. */
function namesFile(rootDir, path) {
  const folder = join(rootDir, '.stryker/tests');
  mkdirSync(folder, { recursive: true });
  return join(folder, `${createHash('sha256').update(path).digest('hex')}.json`);
}

/** A mutant of code that runs at import comes without a pattern: every test may reach it. */
function reaches(pattern, names) {
  if (!pattern) return true;
  const wanted = new RegExp(pattern, 'i');
  return JSON.parse(readFileSync(names, 'utf8')).some((name) => wanted.test(name));
}

/** jest takes a suite without any test for a fault. */
function skippedSuite() {
  const names = { ancestorTitles: [], fullName: '', title: '' };
  const test = { ...names, status: 'pending', failureMessages: [], failureDetails: [] };
  return { ...createEmptyTestResult(), numPendingTests: 1, testResults: [test] };
}

function skipAfterFailure(environment) {
  const inner = environment.handleTestEvent?.bind(environment);
  let failed = false;
  environment.handleTestEvent = async (event, state) => {
    await inner?.(event, state);
    if (event.name === 'test_done' && event.test.errors.length > 0) failed = true;
    if (event.name === 'test_start' && failed) event.test.mode = 'skip';
  };
}
