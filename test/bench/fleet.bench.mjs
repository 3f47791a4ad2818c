// Real processes that start with an empty store and all want a session at the same moment.
import { join } from 'node:path';
import { Fleet } from '../e2e/fleet/fleet.mjs';

const BUILD = join(import.meta.dirname, 'node_modules/nestjs-betfair-session/dist/esm');

async function coldStart(size) {
  const fleet = await Fleet.create(BUILD);
  try {
    const members = await fleet.boot(size);
    const began = performance.now();
    await Promise.all(members.map((member) => member.ask('get')));
    const ms = performance.now() - began;
    return { ms, logins: fleet.simulator.counts.logins };
  } finally {
    await fleet.remove();
  }
}

export async function measure({ quick }) {
  const figures = [];
  for (const size of quick ? [1, 4] : [1, 10, 50]) {
    const { ms, logins } = await coldStart(size);
    figures.push({
      what: `Logins of ${size} ${size === 1 ? 'process' : 'processes'} that start at once`,
      value: logins,
      unit: '',
      note: `all ready after ${(ms / 1_000).toFixed(2)} s, one file store`,
      target: { exactly: 1 },
    });
  }
  return figures;
}
