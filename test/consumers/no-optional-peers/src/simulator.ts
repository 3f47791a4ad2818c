import { MissingPackageError } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';

const outcome: unknown = await BetfairSimulator.start().catch((error: unknown) => error);
if (!(outcome instanceof MissingPackageError)) throw outcome;
console.log(JSON.stringify({ packageName: outcome.packageName, message: outcome.message }));
