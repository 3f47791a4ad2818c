// A request to a Nest application whose handler makes one call to the upstream, with a session for it: against the same
// behind an interceptor that does nothing, in the same application, and in one that never loaded the package. (Below
// Node 24 a process that uses AsyncLocalStorage at all pays for it at every promise, whoever uses it.) Applications,
// upstream and load have processes of their own.
import assert from 'node:assert/strict';
import autocannon from 'autocannon';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { startChild } from './parts/child.mjs';
import { byTurns, median, ratio } from './rounds.mjs';

const CONNECTIONS = 20;

/** Requests a second, and microseconds of the application's processor for each. */
async function load({ ready, ask }, path, duration) {
  const before = await ask('cpu');
  const began = performance.now();
  const { requests, errors, timeouts, non2xx } = await autocannon({
    url: `${ready.url}/${path}`,
    connections: CONNECTIONS,
    duration,
  });
  const seconds = (performance.now() - began) / 1_000;
  const after = await ask('cpu');
  if (errors + timeouts + non2xx > 0 || requests.total === 0) {
    throw new Error(`Of ${requests.total} requests ${errors + timeouts + non2xx} failed.`);
  }
  return { perSecond: requests.total / seconds, cpu: (after - before) / requests.total };
}

async function compare(adapter, { upstream, simulator, rounds, duration }) {
  const start = (parameters) =>
    startChild('nest.application.mjs', { adapter, upstream, ...parameters });
  const application = await start({ options: simulator.options() });
  const without = await start({});
  try {
    const samples = await byTurns(rounds, {
      ours: () => load(application, 'session', duration),
      beside: () => load(application, 'bare', duration),
      without: () => load(without, 'bare', duration),
    });
    const figure = (what, key, { base, target }) => {
      const of = (name) => samples[name].map((sample) => sample[key]);
      const inWords = (name) => Math.round(median(of(name))).toLocaleString('en');
      return {
        what,
        value: ratio(of('ours'), of(base)),
        unit: '×',
        note: `${inWords('ours')}; there: ${inWords(base)}`,
        target,
      };
    };
    const requests = `Requests a second through \`@UseBetfairSession()\`, ${adapter}`;
    const cpu = `Processor time of such a request in µs, ${adapter}`;
    const neighbour = 'against an interceptor that does nothing';
    const stranger = 'against the same where this package is not loaded';
    return [
      figure(`${requests}, ${neighbour}`, 'perSecond', {
        base: 'beside',
        target: { atLeast: 0.95 },
      }),
      figure(`${cpu}, ${neighbour}`, 'cpu', { base: 'beside' }),
      figure(`${requests}, ${stranger}`, 'perSecond', { base: 'without' }),
      figure(`${cpu}, ${stranger}`, 'cpu', { base: 'without' }),
    ];
  } finally {
    await application.stop();
    await without.stop();
  }
}

export async function measure({ quick }) {
  const effort = quick ? { rounds: 1, duration: 1 } : { rounds: 7, duration: 2 };
  const simulator = await BetfairSimulator.start();
  const upstream = await startChild('upstream.server.mjs', {});
  try {
    const settings = { upstream: upstream.ready, simulator, ...effort };
    const express = await compare('express', settings);
    const fastify = await compare('fastify', settings);
    // Each of the two applications with sessions has had one, and they were used.
    assert.equal(simulator.counts.logins, 2);
    return [...express, ...fastify];
  } finally {
    await upstream.stop();
    await simulator.stop();
  }
}
