import required = require('nestjs-betfair-session');
import requiredStream = require('nestjs-betfair-session/stream');
import requiredTesting = require('nestjs-betfair-session/testing');

// `Object.is`, because TypeScript takes the two for different copies; Node loads one.
async function main(): Promise<void> {
  const imported = await import('nestjs-betfair-session');
  const importedStream = await import('nestjs-betfair-session/stream');
  const importedTesting = await import('nestjs-betfair-session/testing');
  console.log(
    JSON.stringify({
      service: Object.is(required.SessionService, imported.SessionService),
      error: Object.is(required.MissingPackageError, imported.MissingPackageError),
      stream: Object.is(requiredStream.BetfairStream, importedStream.BetfairStream),
      simulator: Object.is(requiredTesting.BetfairSimulator, importedTesting.BetfairSimulator),
      session: requiredTesting.createTestSession() instanceof imported.BetfairSession,
    }),
  );
}

void main();
