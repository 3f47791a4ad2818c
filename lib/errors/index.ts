export * from './api.error.js';
export * from './betfair-session.error.js';
export * from './configuration.errors.js';
export * from './identity.errors.js';
export * from './storage.errors.js';
export * from './stream.error.js';
