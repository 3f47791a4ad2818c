import type { Meter, MetricOptions } from '@opentelemetry/api';

/** Bounds of the histograms in seconds: from a store in memory to the longest renewal. */
const BOUNDS_S = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Every metric. docs/telemetry.md describes them; a test compares. */
export const METRICS = {
  renewalDuration: {
    name: 'betfair.session.renewal.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Duration of renewals: from memory, the store or a login to a valid session.',
  },
  keepAliveDuration: {
    name: 'betfair.session.keep_alive.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Duration of keepAlive requests.',
  },
  storeDuration: {
    name: 'betfair.session.store.operation.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Duration of operations of the session store.',
  },
  logins: {
    name: 'betfair.session.logins',
    kind: 'counter',
    unit: '',
    description: 'Attempts to log in to Betfair.',
  },
  rejections: {
    name: 'betfair.session.rejections',
    kind: 'counter',
    unit: '',
    description: 'Sessions that Betfair rejected.',
  },
  status: {
    name: 'betfair.session.status',
    kind: 'gauge',
    unit: '',
    description: '1 for the current state of the account, 0 for the others.',
  },
  unstored: {
    name: 'betfair.session.unstored',
    kind: 'gauge',
    unit: '',
    description: '1 while the session is in memory only or the store fails, otherwise 0.',
  },
  loginBlocked: {
    name: 'betfair.session.login_blocked',
    kind: 'gauge',
    unit: '',
    description: '1 while logins are held back, otherwise 0.',
  },
  timeLeft: {
    name: 'betfair.session.time_left',
    kind: 'gauge',
    unit: 's',
    description: 'Time until the session ends unless it is kept alive; 0 without one.',
  },
  certificateTimeLeft: {
    name: 'betfair.session.certificate.time_left',
    kind: 'gauge',
    unit: 's',
    description: 'Time until the client certificate expires.',
  },
} as const;

/** @internal */
export type Instruments = ReturnType<typeof createInstruments>;

type MetricName = keyof typeof METRICS;

/** @internal Creates the instruments of one account. Those of the same name share their values in the SDK. */
export function createInstruments(meter: Meter) {
  const histogram = (name: MetricName) =>
    meter.createHistogram(METRICS[name].name, {
      ...optionsOf(name),
      advice: { explicitBucketBoundaries: BOUNDS_S },
    });
  const counter = (name: MetricName) => meter.createCounter(METRICS[name].name, optionsOf(name));
  const gauge = (name: MetricName) =>
    meter.createObservableGauge(METRICS[name].name, optionsOf(name));
  return {
    renewalDuration: histogram('renewalDuration'),
    keepAliveDuration: histogram('keepAliveDuration'),
    storeDuration: histogram('storeDuration'),
    logins: counter('logins'),
    rejections: counter('rejections'),
    status: gauge('status'),
    unstored: gauge('unstored'),
    loginBlocked: gauge('loginBlocked'),
    timeLeft: gauge('timeLeft'),
    certificateTimeLeft: gauge('certificateTimeLeft'),
  };
}

function optionsOf(name: MetricName): MetricOptions {
  const { unit, description } = METRICS[name];
  return { description, ...(unit && { unit }) };
}

/** Converts milliseconds to the unit of every duration. */
export function inSeconds(ms: number): number {
  return ms / 1_000;
}
