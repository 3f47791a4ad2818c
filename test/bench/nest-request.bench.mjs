// A request to a Nest application whose handler makes one call to the upstream: with a session for it, against the same
// behind an interceptor that does nothing. Applications, upstream and load have processes of their own.
import assert from 'node:assert/strict';
import autocannon from 'autocannon';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { startChild } from './parts/child.mjs';
import { byTurns, median, ratio } from './rounds.mjs';

const CONNECTIONS = 20;

/** Requests a second, and microseconds of the application's processor for each. */
async function load({ ready, ask }, duration) {
  const before = await ask('cpu');
  const began = performance.now();
  const { requests, errors, timeouts, non2xx } = await autocannon({
    url: ready.url,
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
  const started = [];
  const start = async (parameters) => {
    const child = await startChild('nest.application.mjs', { adapter, upstream, ...parameters });
    started.push(child);
    return child;
  };
  try {
    const ours = await start({ options: simulator.options() });
    const bare = await start({});
    const samples = await byTurns(rounds, {
      ours: () => load(ours, duration),
      bare: () => load(bare, duration),
    });
    const of = (name, key) => samples[name].map((sample) => sample[key]);
    const medianOf = (name, key) => Math.round(median(of(name, key))).toLocaleString('en');
    return [
      {
        what: `Requests a second through \`@UseBetfairSession()\`, ${adapter}`,
        value: ratio(of('ours', 'perSecond'), of('bare', 'perSecond')),
        unit: '×',
        note: `${medianOf('ours', 'perSecond')}; behind an interceptor that does nothing: ${medianOf('bare', 'perSecond')}`,
        target: { atLeast: 0.95 },
      },
      {
        what: `Processor time of such a request, ${adapter}`,
        value: ratio(of('ours', 'cpu'), of('bare', 'cpu')),
        unit: '×',
        note: `${medianOf('ours', 'cpu')} µs; the other: ${medianOf('bare', 'cpu')} µs`,
      },
    ];
  } finally {
    await Promise.all(started.map((child) => child.stop()));
  }
}

export async function measure({ quick }) {
  const effort = quick ? { rounds: 1, duration: 1 } : { rounds: 7, duration: 3 };
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
