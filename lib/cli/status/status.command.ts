import { ACCOUNT_HELP, readAccountArguments } from '../account/account.arguments.js';
import { withSharedStore } from '../account/open.store.js';
import { assertUsable, readAccount } from '../account/read.account.js';
import type { Command } from '../terminal/command.js';
import { SUCCESS } from '../terminal/exit.codes.js';
import { print } from '../terminal/terminal.js';
import { readStatus } from './account.status.js';
import { reportOf } from './status.report.js';

const HELP = `Usage: nestjs-betfair-session status [options]

Shows what the store tells about the account that the environment describes
(BETFAIR_*): if a session is stored, if logins are blocked, until when and why,
and who may log in now. Betfair is asked nothing.

Options:
  --json             Prints one JSON document.
${ACCOUNT_HELP}

Exit code: 0 if the store could be read, also while logins are blocked; 1 if
not; 2 for wrong options.`;

export const statusCommand: Command = {
  help: HELP,

  async run(args) {
    const { environment, prefix, has } = readAccountArguments(args, ['json']);
    const { resolved } = assertUsable(readAccount(environment, prefix));
    const status = await withSharedStore(resolved, (store) => readStatus(store, resolved), 'read');
    print(has('json') ? JSON.stringify(status, undefined, 2) : reportOf(status));
    return SUCCESS;
  },
};
