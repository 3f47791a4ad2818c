import NodeEnvironment from '../support/jest/node.environment.mjs';

/** Skips what follows a failure in a suite: the change is found, and each test after it might wait for its time limit. */
export default class MutationEnvironment extends NodeEnvironment {
  #hasFailed = false;

  async handleTestEvent({ name, test }) {
    if (name === 'test_fn_failure' || name === 'hook_failure') this.#hasFailed = true;
    else if (name === 'test_start' && this.#hasFailed) test.mode = 'skip';
  }
}
