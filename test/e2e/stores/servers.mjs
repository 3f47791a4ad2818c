// Servers that speak the clouds' protocols, each in a process of its own on a free port.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';

/** @typedef {{ origin: string, stop(): Promise<void> }} ServerProcess */

export const S3_BUCKET = 'my-bucket';
/** What the policy gives access to. */
export const S3_PREFIX = 'betfair/';
export const AZURE_CONTAINER = 'sessions';
export const AZURE_ACCOUNT = 'canaryaccount';
export const AZURE_KEY = Buffer.from('CANARY-azure-key').toString('base64');

/** Why S3 and DynamoDB are not run, and how to have them, or `undefined` where it can be. */
export function missingMoto() {
  return spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0
    ? undefined
    : '!!! NOT RUN: what needs S3 or DynamoDB, because moto_server is not on this machine. To have it: pip install "moto[server,s3,dynamodb]" !!!';
}

/** The program that is Redis; another that speaks as it does, such as `valkey-server`, is named in REDIS_SERVER. */
export const REDIS_PROGRAM = process.env['REDIS_SERVER'] || 'redis-server';

/** Why Redis is not run, and how to have it, or `undefined` where it can be. */
export function missingRedis() {
  return spawnSync(REDIS_PROGRAM, ['--version'], { stdio: 'ignore' }).status === 0
    ? undefined
    : `!!! NOT RUN: what needs Redis, because ${REDIS_PROGRAM} is not on this machine. To have it: apt-get install redis-server !!!`;
}

/**
 * S3 with the bucket {@link S3_BUCKET}, and credentials that may do what the policy in docs/storage/s3.md lists and nothing else.
 * Signatures and rights are enforced, unless it is `open` to everybody.
 */
export async function startMoto({ open = false } = {}) {
  const moto = await startServer(
    'moto_server',
    ['-H', '127.0.0.1', '-p', '0'],
    // The requests of the set-up below go before.
    open ? {} : { INITIAL_NO_AUTH_ACTION_COUNT: '5' },
  );
  const setUp = async (/** @type {string} */ path, /** @type {RequestInit} */ init) => {
    const response = await fetch(`${moto.origin}${path}`, init);
    if (response.status !== 200) throw new Error(`moto_server did not do ${path}.`);
    return response.text();
  };
  const iam = (/** @type {Record<string, string>} */ parameters) =>
    setUp('/', {
      method: 'POST',
      // By this it knows the service; the signature is not looked at yet.
      headers: {
        authorization:
          'AWS4-HMAC-SHA256 Credential=set-up/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0',
      },
      body: new URLSearchParams({ Version: '2010-05-08', UserName: 'bot', ...parameters }),
    });
  await setUp(`/${S3_BUCKET}`, { method: 'PUT' });
  await iam({ Action: 'CreateUser' });
  const PolicyDocument = readFileSync(join(import.meta.dirname, 's3.policy.json'), 'utf8');
  await iam({ Action: 'PutUserPolicy', PolicyName: 'sessions', PolicyDocument });
  // So that it is not found, rather than refused.
  const nowhere = { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::no-such-bucket/*' };
  await iam({
    Action: 'PutUserPolicy',
    PolicyName: 'nowhere',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [nowhere] }),
  });
  const keys = await iam({ Action: 'CreateAccessKey' });
  const read = (/** @type {string} */ tag) => new RegExp(`<${tag}>([^<]+)<`).exec(keys)?.[1] ?? '';
  return {
    ...moto,
    credentials: { accessKeyId: read('AccessKeyId'), secretAccessKey: read('SecretAccessKey') },
  };
}

/** Azure Blob storage with the account {@link AZURE_ACCOUNT} and the container {@link AZURE_CONTAINER}. */
export async function startAzurite() {
  const azurite = await startServer(
    join(import.meta.dirname, 'node_modules/.bin/azurite-blob'),
    '--blobHost 127.0.0.1 --blobPort 0 --inMemoryPersistence --skipApiVersionCheck --disableTelemetry --silent'.split(
      ' ',
    ),
    { AZURITE_ACCOUNTS: `${AZURE_ACCOUNT}:${AZURE_KEY}` },
  );
  await (await azureContainer(azurite.origin)).create();
  return azurite;
}

/** @param {string} origin */
async function azureContainer(origin) {
  const { ContainerClient, StorageSharedKeyCredential } = await import('@azure/storage-blob');
  const credential = new StorageSharedKeyCredential(AZURE_ACCOUNT, AZURE_KEY);
  return new ContainerClient(`${origin}/${AZURE_ACCOUNT}/${AZURE_CONTAINER}`, credential);
}

/** Redis without a password, which forgets everything. */
export async function startRedis() {
  const port = await freePort();
  const parameters = ['--bind', '127.0.0.1', '--port', String(port), '--save', ''];
  const redis = await startServer(REDIS_PROGRAM, parameters, {}, /Ready to accept connections/);
  return { ...redis, origin: `redis://127.0.0.1:${port}`, port };
}

const STARTS_WITHIN = 25_000;
/** How a server prints its URL that chose its port. */
const ORIGIN = /(?:Running on|listens on) (http:\/\/127\.0\.0\.1:\d+)/;

/**
 * Starts a server, which then prints what matches `ready`, and its URL therein.
 *
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<ServerProcess>}
 */
async function startServer(command, parameters, env = {}, ready = ORIGIN) {
  const child = spawn(command, parameters, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [, origin = ''] = await printed(child, command, ready);
  return {
    origin,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} command
 * @param {RegExp} ready
 * @returns {Promise<RegExpExecArray>}
 */
async function printed(child, command, ready) {
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (/** @type {string} */ why) => {
      child.kill('SIGKILL');
      reject(new Error(`${command} ${why}: ${output}`));
    };
    const late = setTimeout(() => fail('did not start'), STARTS_WITHIN);
    child.once('error', reject);
    child.once('exit', () => fail('ended'));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (/** @type {Buffer} */ text) => {
        output = (output + text.toString()).slice(-10_000);
        const match = ready.exec(output);
        if (match === null) return;
        clearTimeout(late);
        child.removeAllListeners('exit');
        resolve(match);
      });
    }
  });
}
