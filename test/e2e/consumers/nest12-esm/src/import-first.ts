import { createRequire } from 'node:module';
import * as imported from 'nestjs-betfair-session';
import * as importedStream from 'nestjs-betfair-session/stream';
import * as importedTesting from 'nestjs-betfair-session/testing';

// Injection is by class: an application that loads the package both ways must get one copy.
const load = createRequire(import.meta.url);
const required: typeof imported = load('nestjs-betfair-session');
const requiredStream: typeof importedStream = load('nestjs-betfair-session/stream');
const requiredTesting: typeof importedTesting = load('nestjs-betfair-session/testing');
console.log(
  JSON.stringify({
    service: required.SessionService === imported.SessionService,
    error: required.MissingPackageError === imported.MissingPackageError,
    stream: requiredStream.BetfairStream === importedStream.BetfairStream,
    simulator: requiredTesting.BetfairSimulator === importedTesting.BetfairSimulator,
    session: requiredTesting.createTestSession() instanceof imported.BetfairSession,
  }),
);
