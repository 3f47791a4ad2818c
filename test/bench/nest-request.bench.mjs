// A request to a Nest application whose handler makes one call to the upstream, with a session for it: against the same
// behind an interceptor that does nothing, in the same application, and in one that never loaded the package. (Below
// Node 24 a process that uses AsyncLocalStorage at all pays for it at every promise, whoever uses it.) Applications,
// upstream and load have processes of their own.
import assert from 'node:assert/strict';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { Pool } from 'undici';
import { startChild } from './parts/child.mjs';
import { byTurns, compared, median } from './rounds.mjs';

const CONNECTIONS = 20;

/** Requests a second, and microseconds of the application's processor for each. */
async function load({ pool, ask }, path, requests) {
  let left = requests;
  const loop = async () => {
    while (left-- > 0) {
      const { statusCode, body } = await pool.request({ path: `/${path}`, method: 'GET' });
      await body.dump();
      assert.equal(statusCode, 200);
    }
  };
  const before = await ask('cpu');
  const began = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, loop));
  const seconds = (performance.now() - began) / 1_000;
  const after = await ask('cpu');
  return { perSecond: requests / seconds, cpu: (after - before) / requests };
}

async function startApplication(parameters) {
  const child = await startChild('nest.application.mjs', parameters);
  const pool = new Pool(child.ready.url, { connections: CONNECTIONS });
  const stop = async () => {
    await pool.destroy();
    await child.stop();
  };
  return { pool, ask: child.ask, stop };
}

async function compare(adapter, { upstream, simulator, rounds, requests }) {
  const start = (parameters) => startApplication({ adapter, upstream, ...parameters });
  const application = await start({ options: simulator.options() });
  const without = await start({});
  try {
    const samples = await byTurns(rounds, {
      ours: () => load(application, 'session', requests),
      beside: () => load(application, 'bare', requests),
      without: () => load(without, 'bare', requests),
    });
    const figure = (what, key, { base, target }) => {
      const of = (name) => samples[name].map((sample) => sample[key]);
      const inWords = (name) => Math.round(median(of(name))).toLocaleString('en');
      return {
        what,
        ...compared(of('ours'), of(base)),
        note: `${inWords('ours')}; there: ${inWords(base)}`,
        target,
      };
    };
    const speed = `Requests a second through \`@UseBetfairSession()\`, ${adapter}`;
    const cpu = `Processor time of such a request in µs, ${adapter}`;
    const neighbour = 'against an interceptor that does nothing';
    const stranger = 'against the same where this package is not loaded';
    return [
      figure(`${speed}, ${neighbour}`, 'perSecond', {
        base: 'beside',
        target: { atLeast: 0.95 },
      }),
      figure(`${cpu}, ${neighbour}`, 'cpu', { base: 'beside' }),
      figure(`${speed}, ${stranger}`, 'perSecond', { base: 'without' }),
      figure(`${cpu}, ${stranger}`, 'cpu', { base: 'without' }),
    ];
  } finally {
    await application.stop();
    await without.stop();
  }
}

export async function measure({ quick }) {
  // Rounds of a tenth of a second, because on a machine that others use as well its speed changes by the second.
  const effort = quick ? { rounds: 2, requests: 200 } : { rounds: 120, requests: 400 };
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
