// Runs before the package is published: npm resolves the links of README by the address of the repository.
import { readFileSync } from 'node:fs';

const { repository } = JSON.parse(readFileSync('package.json', 'utf8'));
if (repository === undefined) {
  console.error(
    'package.json has no "repository", so on npm no link of README would lead anywhere. Set it, then publish.',
  );
  process.exitCode = 1;
}
