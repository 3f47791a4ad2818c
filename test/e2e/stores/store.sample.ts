import { Test } from '@nestjs/testing';
import { SchedulerRegistry } from '@nestjs/schedule';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { AppModule } from '../../../sample/app.module.js';
import { SimulatedBetfair } from '../../../sample/simulator/simulated-betfair.service.js';

/** The sample as it is, twice in a row, with one simulator for both and what BETFAIR_STORAGE says. */
export async function runSampleTwice(storage: string) {
  process.env['BETFAIR_STORAGE'] = storage;
  const simulator = await BetfairSimulator.start();
  try {
    const first = await runOnce(simulator);
    const second = await runOnce(simulator);
    return { first, second, counts: simulator.counts, tokens: simulator.liveTokens() };
  } finally {
    delete process.env['BETFAIR_STORAGE'];
    await simulator.stop();
  }
}

/** Starts it, asks it for the markets, and stops it. */
async function runOnce(simulator: BetfairSimulator) {
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(SimulatedBetfair)
    .useValue({ options: async () => simulator.options() })
    .compile();
  const app = module.createNestApplication({ logger: false });
  try {
    await app.listen(0, '127.0.0.1');
    // It calls each minute.
    await app.get(SchedulerRegistry).getCronJob('market-watch').stop();
    const response = await fetch(`${await app.getUrl()}/markets`);
    return { status: response.status, markets: await response.json() };
  } finally {
    await app.close();
  }
}

/** A login, and a restart that resumed its session. */
export const RESUMED = {
  first: { status: 200, markets: expect.arrayContaining([expect.anything()]) },
  second: { status: 200, markets: expect.arrayContaining([expect.anything()]) },
  counts: { logins: 1, loginAttempts: 1, keepAlives: 1, logouts: 0, calls: 4 },
  tokens: [expect.any(String)],
};
