import { playRandomSchedules } from './random-schedules.js';

// The second half of ten thousand schedules.
playRandomSchedules(5_000);
