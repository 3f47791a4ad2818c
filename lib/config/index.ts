export { betfairSessionConfig, betfairSessionConfigFor } from './betfair-session.config.js';
