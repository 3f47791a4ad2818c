// What another account costs an application in memory.
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { startChild } from './parts/child.mjs';
import { median } from './rounds.mjs';

/** Bytes of heap with that many accounts, each with its session. */
async function heapWith(count) {
  const simulator = await BetfairSimulator.start();
  const child = await startChild('accounts.application.mjs', {
    count,
    options: simulator.options(),
  });
  try {
    if (simulator.counts.logins !== count) throw new Error('Not every account has a session.');
    return await child.ask('heap');
  } finally {
    await child.stop();
    await simulator.stop();
  }
}

export async function measure({ quick }) {
  const [rounds, more] = quick ? [1, 10] : [5, 50];
  const perAccount = [];
  let one = 0;
  for (let round = 0; round < rounds; round += 1) {
    one = await heapWith(1);
    perAccount.push(((await heapWith(1 + more)) - one) / more);
  }
  return [
    {
      what: 'Heap of one more named account, with its session',
      value: median(perAccount) / 1024,
      unit: 'KiB',
      note: `${1 + more} accounts against one; with one the whole application has ${(one / 1_048_576).toFixed(1)} MiB`,
    },
  ];
}
