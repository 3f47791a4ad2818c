import { playRandomSchedules } from './random-schedules.js';

// Others than last time: ten thousand are in the longest suites.
playRandomSchedules(300);
