// Runs an attached axios in every version that can be attached, beside the loggers that people use: `npm run test:axios`.
import { runJestIn } from '../run-jest.mjs';

const WHAT = 'the versions of axios and the loggers in test/e2e/axios (about 40 MB)';
runJestIn(import.meta.dirname, WHAT);
