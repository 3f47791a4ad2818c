/**
 * Undici without its side effect. If it is loaded before Node has created the dispatcher of its own `fetch`, it sets
 * its own dispatcher for the whole process. `node-fetch.js` makes Node create its dispatcher first.
 */
import './node-fetch.js';

export { buildConnector, Client, Dispatcher, EnvHttpProxyAgent, Pool, request } from 'undici';
