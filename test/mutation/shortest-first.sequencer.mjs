// Suites that are quick come first: most mutants are found by the first that looks, and the others are not run then.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';

const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer');
/** More than any suite has. */
const LONG = 1e9;

function length({ path }) {
  return statSync(path).size + (path.includes('.long.') ? LONG : 0);
}

export default class ShortestFirst extends Sequencer {
  sort(tests) {
    return tests.toSorted((a, b) => length(a) - length(b));
  }
}
