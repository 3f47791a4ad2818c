// Asks the npm registry for known vulnerabilities in what comes with the package: its dependencies and theirs, not its
// peers, which the application brings. It fails on any, and where the registry does not answer; with `--if-answered` it
// then only says so.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const AUDIT = ['audit', '--omit=dev', '--audit-level=low', '--json'];

const { error, status, stdout, stderr } = spawnSync('npm', AUDIT, {
  cwd: resolve(import.meta.dirname, '../../..'),
  encoding: 'utf8',
});
if (error) throw error;

const report = parse(stdout);
if (report?.auditReportVersion === undefined) {
  const reason = report?.message ?? (stderr.trim() || `npm ended with ${status}`);
  console.log(
    `!!! NOT AUDITED: the registry did not answer. Nothing is known of vulnerabilities !!!`,
  );
  console.log(`    ${reason}`);
  process.exitCode = process.argv.includes('--if-answered') ? 0 : 1;
} else {
  const vulnerable = Object.values(report.vulnerabilities);
  for (const { name, severity, via } of vulnerable) {
    const advisories = via.map((cause) => (typeof cause === 'string' ? cause : cause.url));
    console.log(`${name} (${severity}): ${advisories.join(', ')}`);
  }
  console.log(`Vulnerable packages among those that come with this one: ${vulnerable.length}`);
  // The exit code too, so that nothing that npm counts is lost in reading its report.
  process.exitCode = vulnerable.length > 0 || status !== 0 ? 1 : 0;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
