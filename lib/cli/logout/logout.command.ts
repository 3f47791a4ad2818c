import { SessionService } from '../../session/session.service.js';
import { ACCOUNT_HELP, readAccountArguments } from '../account/account.arguments.js';
import { silenceLog, withSharedStore } from '../account/open.store.js';
import { assertUsable, readAccount, type UsableAccount } from '../account/read.account.js';
import { assertSameOwner } from '../account/store.owner.js';
import { readStatus } from '../status/account.status.js';
import type { Command } from '../terminal/command.js';
import { SUCCESS, WRONG_USAGE } from '../terminal/exit.codes.js';
import { print } from '../terminal/terminal.js';
import { wrapped } from '../terminal/wrapped.js';

const HELP = `Usage: nestjs-betfair-session logout --yes [options]

Ends the stored session at Betfair, for every process that uses it, and removes
it from the store. An application that still runs logs in again at its next
call.

Options:
  --yes              Ends it. Without --yes the command only says what it would
                     do.
${ACCOUNT_HELP}

Exit code: 0 if no session is left in the store, 1 if Betfair or the store
failed, 2 without --yes and for wrong options.`;

export const logoutCommand: Command = {
  help: HELP,

  async run(args) {
    const { environment, prefix, has } = readAccountArguments(args, ['yes']);
    const account = assertUsable(readAccount(environment, prefix));
    const { resolved } = account;
    const { session, store } = await withSharedStore(
      resolved,
      (opened) => readStatus(opened, resolved),
      'read',
    );
    const where = `${session.key} in ${store ?? 'the store'}`;
    if (!session.stored) {
      print(wrapped(`No session is stored (${where}), so there is nothing to end.`));
      return has('yes') ? SUCCESS : WRONG_USAGE;
    }
    if (!has('yes')) {
      print(
        wrapped(
          `This would end the session that is stored as ${where}, for every process that uses it. Those that still run log in again at their next call. To do it, add --yes.`,
        ),
      );
      return WRONG_USAGE;
    }
    await assertSameOwner(store ?? undefined);
    await logOut(account);
    print(wrapped(`Ended the session, and removed ${where}.`));
    return SUCCESS;
  },
};

async function logOut({ options }: UsableAccount): Promise<void> {
  silenceLog();
  // A scheduled keep-alive would log in.
  const sessions = await SessionService.create({ ...options, keepAlive: false });
  try {
    await sessions.logout();
  } finally {
    await sessions.close();
  }
}
