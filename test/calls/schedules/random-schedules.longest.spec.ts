import { playRandomSchedules } from './random-schedules.js';

// The first half of ten thousand schedules; the second is played beside it.
playRandomSchedules(5_000);
