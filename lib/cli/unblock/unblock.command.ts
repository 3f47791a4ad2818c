import { type LoginFacts, NOTHING_KNOWN } from '../../login/lease/lease.record.js';
import { withNothing } from '../../login/lease/record.facts.js';
import type { RecordStore } from '../../login/lease/record.store.js';
import { ACCOUNT_HELP, readAccountArguments } from '../account/account.arguments.js';
import { withSharedStore } from '../account/open.store.js';
import { assertUsable, readAccount } from '../account/read.account.js';
import type { Command } from '../terminal/command.js';
import { SUCCESS } from '../terminal/exit.codes.js';
import { print } from '../terminal/terminal.js';
import { wrapped } from '../terminal/wrapped.js';
import { describeFacts } from './lifted.js';

const HELP = `Usage: nestjs-betfair-session unblock [options]

Lifts a refused login or a ban for all processes that share the store, as
unblockLogin() does in an application. First do what the refusal asked for: a
wrong password that is sent again brings the account closer to a lock, and a
login during a ban may prolong it.

Options:
${ACCOUNT_HELP}

Exit code: 0 if nothing blocks logins any more, 1 if the store failed, 2 for
wrong options.`;

export const unblockCommand: Command = {
  help: HELP,

  async run(args) {
    const { environment, prefix } = readAccountArguments(args, []);
    const { resolved } = assertUsable(readAccount(environment, prefix));
    const before = await withSharedStore(resolved, ({ records }) => liftAll(records));
    const lifted = describeFacts(before, Date.now());
    print(
      lifted.length === 0
        ? 'Nothing was recorded against a login.'
        : `${wrapped(`Lifted ${lifted.join('; ')}.`)}\nThe next call that needs a session may log in.`,
    );
    return SUCCESS;
  },
};

/** Removes everything that speaks against a login, and returns what it was. */
async function liftAll(records: RecordStore): Promise<LoginFacts> {
  let before: LoginFacts = NOTHING_KNOWN;
  await records.change((record) => {
    before = record;
    return { ...record, ...withNothing(record) };
  });
  return before;
}
