// Adds up what jest and the drive of the sample reported, and prints the line that closes the gate.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
let passed = 0;
let failed = 0;
for (const name of readdirSync(folder)) {
  const text = readFileSync(join(folder, name), 'utf8');
  if (name.endsWith('.json')) {
    const { numPassedTests, numFailedTests } = JSON.parse(text);
    passed += numPassedTests;
    failed += numFailedTests;
  } else {
    passed += text.match(/^ok /gm)?.length ?? 0;
    failed += text.match(/^not ok /gm)?.length ?? 0;
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
