// Runs an application with the whole SDK of OpenTelemetry, set up as docs/telemetry.md says: `npm run test:telemetry`.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runJestIn } from '../run-jest.mjs';
import { installIn } from '../stores/install.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../../..');
const SDK = 'the SDK of OpenTelemetry in test/e2e/telemetry (88 MB)';

/** Puts what is published beside the SDK, where an installation would have put it. */
function publish() {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
  const folder = join(HERE, 'node_modules/nestjs-betfair-session');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
}

installIn(HERE, SDK);
publish();
runJestIn(HERE, SDK);
