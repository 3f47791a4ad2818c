import NodeEnvironment from '../support/jest/node.environment.mjs';

/** The change that a test has found. */
let found;

/** Skips what follows the first failure: the change is found, and each test after it might wait for its time limit. */
export default class MutationEnvironment extends NodeEnvironment {
  async handleTestEvent({ name, test }) {
    // Stryker puts it there.
    const change = this.global.__stryker__?.activeMutant;
    if (name === 'test_fn_failure' || name === 'hook_failure') found = change;
    else if (name === 'test_start' && change !== undefined && change === found) test.mode = 'skip';
  }
}
