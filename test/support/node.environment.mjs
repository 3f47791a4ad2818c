// The environment of every suite: Node's, in a worker that ends as soon as nothing is open in it.
import { TestEnvironment } from 'jest-environment-node';

// Freeing the modules that its suites left behind may take longer than the 500 ms that jest waits for a worker, and
// jest then blames the tests. It is the system's work anyway. 'exit' comes only when nothing is open any more.
process.once('exit', () => process.exit());

export default TestEnvironment;
