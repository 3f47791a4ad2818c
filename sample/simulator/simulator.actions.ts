/** Buttons of the page, with the routes of the simulator. */
export const SIMULATOR_ACTIONS = [
  { path: '/simulator/end-session', label: 'End the session' },
  { path: '/simulator/cut-stream', label: 'Cut the stream' },
  { path: '/simulator/fail-store', label: 'Fail the store' },
  { path: '/simulator/refuse-logins', label: 'Refuse logins' },
  { path: '/simulator/repair', label: 'Repair everything' },
] as const;
