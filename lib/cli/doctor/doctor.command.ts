import { ACCOUNT_HELP, readAccountArguments } from '../account/account.arguments.js';
import type { Command } from '../terminal/command.js';
import { FAILURE, SUCCESS } from '../terminal/exit.codes.js';
import { print } from '../terminal/terminal.js';
import { runChecks, type StepFinding } from './diagnosis.js';
import { lineOf, summaryOf } from './doctor.report.js';

const HELP = `Usage: nestjs-betfair-session doctor [options]

Finds out why the account that the environment describes (BETFAIR_*) does not
work: Node, options, certificate, network, clock, store, and what is known of
refused logins. It makes no login unless you ask for one. Each line is ok,
warn, fail, or skip if it could not be checked.

Options:
  --login            Gets a session too, with a login if none is stored, as an
                     application does. The session stays in the store.
  --json             Prints one JSON document.
${ACCOUNT_HELP}

Exit code: 0 if nothing failed, 1 if something did, 2 for wrong options.

Examples:
  nestjs-betfair-session doctor --env-file .env
  nestjs-betfair-session doctor --env-file .env --login`;

export const doctorCommand: Command = {
  help: HELP,

  async run(args) {
    const { environment, prefix, has } = readAccountArguments(args, ['login', 'json']);
    const isJson = has('json');
    const findings: StepFinding[] = [];
    for await (const finding of runChecks({ environment, prefix, mayLogIn: has('login') })) {
      findings.push(finding);
      if (!isJson) print(lineOf(finding));
    }
    const isFine = findings.every(({ state }) => state !== 'fail');
    print(
      isJson ? JSON.stringify({ ok: isFine, findings }, undefined, 2) : `\n${summaryOf(findings)}`,
    );
    return isFine ? SUCCESS : FAILURE;
  },
};
