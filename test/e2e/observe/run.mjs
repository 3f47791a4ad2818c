// Runs an application that `@nestjs/observe` monitors, every provider in a proxy: `npm run test:observe`.
import { runJestIn } from '../run-jest.mjs';

runJestIn(import.meta.dirname, '@nestjs/observe in test/e2e/observe (1 MB)');
