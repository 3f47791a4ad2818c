// The environment of every suite: Node's, in a worker that ends as soon as nothing is open in it.
import { createRequire } from 'node:module';
import { types } from 'node:util';
import { TestEnvironment } from 'jest-environment-node';
import { LOAD } from './installed.transform.mjs';
import { beginSuite, endSuite } from './made-once.mjs';

// Freeing the modules that its suites left behind may take longer than the 500 ms that jest waits for a worker, and
// jest then blames the tests. It is the system's work anyway. 'exit' comes only when nothing is open any more.
if (process.send) process.once('exit', () => process.kill(process.pid, 'SIGKILL'));

// What this machine trusts is no matter of the tests, and Node before 22.15 makes us read it for each login.
delete process.env.NODE_EXTRA_CA_CERTS;
// Tests set NODE_TLS_REJECT_UNAUTHORIZED to show that it changes nothing here; Node warns of it.
const emitWarning = process.emitWarning.bind(process);
process.emitWarning = (warning, ...rest) => {
  if (!String(warning).includes('NODE_TLS_REJECT_UNAUTHORIZED')) emitWarning(warning, ...rest);
};
takeErrorsOfAnyRealm(Error);

const ENVIRONMENT = { ...process.env };
const require = createRequire(import.meta.url);

export default class NodeEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    beginSuite();
    this.global[LOAD] = require;
    // Decorators of a suite leave their metadata where Nest, which is loaded outside of it, reads them.
    this.global.Reflect = Reflect;
    takeErrorsOfAnyRealm(this.global.Error);
    // Undici, which is loaded outside of it too, reads the variables that tests set.
    this.global.process.env = process.env;
  }

  async teardown() {
    for (const name of Object.keys(process.env)) {
      if (!(name in ENVIRONMENT)) delete process.env[name];
    }
    Object.assign(process.env, ENVIRONMENT);
    endSuite();
    await super.teardown();
  }
}

/** Errors of Nest or of Node are errors in a suite, and those of a suite are errors in Nest. */
function takeErrorsOfAnyRealm(ErrorOfRealm) {
  const isInstance = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(ErrorOfRealm, Symbol.hasInstance, {
    value(error) {
      return isInstance.call(this, error) || (this === ErrorOfRealm && types.isNativeError(error));
    },
  });
}
