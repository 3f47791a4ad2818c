import required = require('nestjs-betfair-session');
import requiredTesting = require('nestjs-betfair-session/testing');

async function main(): Promise<void> {
  const imported = await import('nestjs-betfair-session');
  const importedTesting = await import('nestjs-betfair-session/testing');
  console.log(
    JSON.stringify({
      service: required.SessionService === imported.SessionService,
      error: required.MissingPackageError === imported.MissingPackageError,
      simulator: requiredTesting.BetfairSimulator === importedTesting.BetfairSimulator,
      session: requiredTesting.createTestSession() instanceof imported.BetfairSession,
    }),
  );
}

void main();
