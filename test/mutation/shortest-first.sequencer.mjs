// Suites that are quick come first: most mutants are found by the first that looks, and the others are not run then.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';

const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer');

export default class ShortestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => [path.includes('.long.') ? 1 : 0, statSync(path).size];
    return tests.toSorted((a, b) => {
      const [long, size] = rank(a);
      const [otherLong, otherSize] = rank(b);
      return long - otherLong || size - otherSize;
    });
  }
}
