import { playRandomSchedules } from './random-schedules.js';

playRandomSchedules(40);
