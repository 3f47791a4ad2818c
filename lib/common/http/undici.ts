/**
 * Undici, without its side effect: loaded before Node has made the dispatcher of its own `fetch`, it would put one of
 * its own in that place, for the whole process. Naming a class of Node's makes Node do so first.
 */
import './node-fetch.js';

export { buildConnector, Client, Dispatcher, EnvHttpProxyAgent, Pool, request } from 'undici';
