import { betfairSessionOptionsFromEnv, SessionService } from 'nestjs-betfair-session';

/** Prints what can be bet, from a script without a Nest application. */
export async function printFunds(): Promise<void> {
  const sessions = await SessionService.create(betfairSessionOptionsFromEnv());
  try {
    console.log(await sessions.call('AccountAPING/v1.0/getAccountFunds'));
  } finally {
    await sessions.close();
  }
}
