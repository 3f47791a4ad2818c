// Calls Betfair with the HTTP clients that people use, within `sessions.run()`: `npm run test:clients`. With
// `-- --update` it writes what it found into docs/clients.md.
import { runJestIn } from '../run-jest.mjs';

const parameters = process.argv.slice(2).filter((parameter) => parameter !== '--update');
const isUpdate = parameters.length < process.argv.length - 2;
const WHAT = 'the HTTP clients in test/e2e/clients (about 30 MB)';
runJestIn(import.meta.dirname, WHAT, parameters, isUpdate ? { UPDATE_DOCS: '1' } : {});
