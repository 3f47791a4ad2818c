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

export default async function run(globalConfig, config, environment, runtime, path, ...rest) {
  const mutant = process.env[ACTIVE_MUTANT];
  const names = namesFile(config.rootDir, path);
  if (mutant === undefined) {
    killed = undefined;
    const result = await circus(globalConfig, config, environment, runtime, path, ...rest);
    const found = result.testResults.map(({ fullName }) => fullName);
    writeFileSync(names, JSON.stringify(found));
    return result;
  }
  if (killed === mutant || !reaches(globalConfig.testNamePattern, names)) {
    return skippedSuite();
  }
  killed = undefined;
  skipAfterFailure(environment);
  const result = await circus(globalConfig, config, environment, runtime, path, ...rest);
  if (result.numFailingTests > 0 || result.testExecError) killed = mutant;
  return result;
}

/** Where the first, unmutated run leaves the names of a suite's tests, for all runners of the sandbox. */
function namesFile(rootDir, path) {
  const folder = join(rootDir, '.tests');
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
