// A stranger who sends 1,000 requests a second whose answers look like a refusal of the session, against one whose
// answers do not: what it costs at Betfair, and what others wait for theirs.
import assert from 'node:assert/strict';
import autocannon from 'autocannon';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { startChild } from './parts/child.mjs';
import { byTurns, comparedTimes, median, quantile } from './rounds.mjs';

const PER_SECOND = 1_000;
const MINUTE = 60;

/** Milliseconds of each request that others make while `id` is asked for. */
async function timesBeside(url, id, seconds) {
  const attack = autocannon({
    url: `${url}/notes/${id}`,
    connections: 20,
    overallRate: PER_SECOND,
    duration: seconds,
  });
  const until = performance.now() + seconds * 1_000;
  const times = [];
  while (performance.now() < until) {
    const began = performance.now();
    const response = await fetch(`${url}/markets`);
    await response.arrayBuffer();
    assert.equal(response.status, 200);
    times.push(performance.now() - began);
  }
  const { requests, errors } = await attack;
  assert.equal(errors, 0);
  return { times, perSecond: requests.total / seconds };
}

export async function measure({ quick }) {
  const seconds = quick ? 1 : 10;
  const simulator = await BetfairSimulator.start();
  const application = await startChild('echo.application.mjs', { options: simulator.options() });
  const { url } = application.ready;
  let attacked = 0;
  try {
    const samples = await byTurns(quick ? 1 : 3, {
      echoes: () => {
        attacked += seconds;
        return timesBeside(url, 'INVALID_SESSION_INFORMATION', seconds);
      },
      harmless: () => timesBeside(url, 'nothing-of-the-kind', seconds),
    });
    assert.equal(await application.ask('state'), 'ready');
    const { logins, keepAlives } = simulator.counts;
    const compare = (part) => {
      const of = (name) => samples[name].map(({ times }) => quantile(times, part));
      return comparedTimes(of('echoes'), of('harmless'));
    };
    const rate = Math.round(median(samples.echoes.map(({ perSecond }) => perSecond)));
    const attack = `${rate.toLocaleString('en')} answers a second that look like a refusal`;
    return [
      {
        what: `Logins under ${attack}`,
        value: logins,
        unit: '',
        note: `the first one; ${attacked} s`,
        target: { exactly: 1 },
      },
      {
        what: 'keepAlives a minute meanwhile',
        // One may be left over from the last second of each attack.
        value: (keepAlives * MINUTE) / (attacked * 2),
        unit: '',
        note: `${keepAlives} in ${attacked * 2} s, half of them without attack`,
        target: { atMost: 12 },
      },
      {
        what: 'Time of a call of others meanwhile, median, against harmless answers at that rate',
        ...compare(0.5),
        target: { atMost: 1.1 },
      },
      { what: 'The same, 99th percentile', ...compare(0.99) },
    ];
  } finally {
    await application.stop();
    await simulator.stop();
  }
}
