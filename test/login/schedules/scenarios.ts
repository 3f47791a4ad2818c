import type { Role, Scenario } from './scenario.js';

const TWO: readonly Role[] = ['renews', 'renews'];
const THREE: readonly Role[] = ['renews', 'renews', 'renews'];

/** The scenarios of which all schedules are played, within bounds that take about a minute. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'three start cold', roles: THREE, stored: 'nothing', bounds: { switches: 2 } },
  {
    name: 'two start cold, one fault',
    roles: TWO,
    stored: 'nothing',
    bounds: { faults: 1, switches: 0 },
  },
  { name: 'three find a session that ended', roles: THREE },
  { name: 'three, one fault', roles: THREE, bounds: { faults: 1, switches: 1 } },
  { name: 'three, one slow operation', roles: THREE, bounds: { delays: 1, switches: 1 } },
  { name: 'two, any one fault', roles: TWO, bounds: { faults: 1 } },
  { name: 'two, two faults', roles: TWO, bounds: { faults: 2, switches: 0 } },
  {
    name: 'two, a slow operation and a fault',
    roles: TWO,
    bounds: { faults: 1, delays: 1, switches: 0 },
  },
  {
    name: 'two, not in step, one fault',
    roles: TWO,
    chances: [0, 0.9],
    bounds: { faults: 1 },
  },
  { name: 'a third comes later', roles: [...TWO, 'comesLater'] },
  { name: 'one closes, one fault', roles: ['renewsAndCloses', 'renews'], bounds: { faults: 1 } },
  { name: 'best effort, one fault', roles: TWO, persistence: 'best-effort', bounds: { faults: 1 } },
  { name: 'three are refused', roles: THREE, answer: 'refused' },
  { name: 'two are refused, one fault', roles: TWO, answer: 'refused', bounds: { faults: 1 } },
  { name: 'two are banned, one fault', roles: TWO, answer: 'banned', bounds: { faults: 1 } },
  { name: 'unblocked at any time', roles: [...TWO, 'unblocks'] },
  {
    name: 'unblocked at any time, one fault',
    roles: ['renews', 'unblocks'],
    bounds: { faults: 1 },
  },
  {
    name: 'two of them, unblocked at any time, one fault',
    roles: [...TWO, 'unblocks'],
    bounds: { faults: 1, switches: 0 },
  },
  { name: 'refused and unblocked at any time', roles: [...TWO, 'unblocks'], answer: 'refused' },
  {
    name: 'refused before, unblocked at any time',
    roles: [...TWO, 'unblocksAndRenews'],
    stored: 'refused',
  },
];
