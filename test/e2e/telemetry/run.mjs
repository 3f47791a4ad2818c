// Runs an application with the whole SDK of OpenTelemetry, set up as docs/telemetry.md says: `npm run test:telemetry`.
import { publishInto } from '../publish.mjs';
import { runJestIn } from '../run-jest.mjs';
import { installIn } from '../stores/install.mjs';

const HERE = import.meta.dirname;
const SDK = 'the SDK of OpenTelemetry in test/e2e/telemetry (88 MB)';

installIn(HERE, SDK);
publishInto(HERE);
runJestIn(HERE, SDK);
