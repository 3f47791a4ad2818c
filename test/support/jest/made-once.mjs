// Makes once in a worker what is costly and as good for every suite: RSA keys, and TLS contexts that trust the usual
// 150 authorities, which Node reads anew for each login.
import asyncHooks from 'node:async_hooks';
import crypto from 'node:crypto';
import tls from 'node:tls';
import { callbackify, promisify } from 'node:util';

const storages = new Set();
const keys = [];
const contexts = new Map();
const { generateKeyPair } = crypto;
const { createSecureContext } = tls;
const makeKeys = promisify(generateKeyPair);
let used = 0;

/** Lets a suite have the keys again that the one before it had. */
export function beginSuite() {
  used = 0;
}

/** Ends what would cost all suites after it: Node carries the value of each `AsyncLocalStorage` into each promise. */
export function endSuite() {
  for (const storage of storages) storage.disable();
  storages.clear();
}

class SuiteStorage extends asyncHooks.AsyncLocalStorage {
  constructor(...options) {
    super(...options);
    storages.add(this);
  }
}

/** A suite never gets the same key twice. */
async function keptKeys(type, options) {
  if (type !== 'rsa' || options.modulusLength !== 2048) return makeKeys(type, options);
  const index = used++;
  keys[index] ??= makeKeys(type, options);
  return keys[index];
}

const forCallback = callbackify(keptKeys);

function pairForCallback(type, options, callback) {
  forCallback(type, options, (error, pair) => callback(error, pair?.publicKey, pair?.privateKey));
}

function keptContext(options = {}) {
  if (!Array.isArray(options.ca) || options.ca.length < tls.rootCertificates.length) {
    return createSecureContext(options);
  }
  const { ca, cert, key, pfx, passphrase } = options;
  // What a test trusts stands at the end.
  const content = [ca.length, ...ca.slice(-20), cert, key, pfx, passphrase].map(String).join('\n');
  const context = contexts.get(content) ?? createSecureContext(options);
  contexts.set(content, context);
  return context;
}

crypto.generateKeyPair = Object.assign(pairForCallback, { [promisify.custom]: keptKeys });
tls.createSecureContext = keptContext;
// From Node 22 on, this property has only a getter.
Object.defineProperty(asyncHooks, 'AsyncLocalStorage', { value: SuiteStorage });
