// The stores that processes of a fleet share. Those on a server can be down: `fail`, and `recover` with what they held.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultProxy } from '../stores/fault.proxy.mjs';
import { startSessionTable } from '../stores/postgres.server.mjs';
import { startRedis } from '../stores/redis.restarts.mjs';
import * as servers from '../stores/servers.mjs';

// For this process and those that it starts; nothing of the machine's own set-up.
Object.assign(process.env, {
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  AZURE_STORAGE_ACCOUNT: servers.AZURE_ACCOUNT,
  AZURE_STORAGE_KEY: servers.AZURE_KEY,
});

async function openFolder() {
  const directory = await mkdtemp(join(tmpdir(), 'betfair-fleet-'));
  return { url: `file:${directory}`, close: () => rm(directory, { recursive: true }) };
}

/** A server in a process of its own, which hangs or ends. */
function openServer({ url, process: server, stop }) {
  const outages = { hung: () => server.hang(), refused: () => server.stop() };
  return {
    url,
    fail: (outage) => outages[outage](),
    recover: () => server.recover(),
    close: stop,
  };
}

/**
 * A proxy fails in the place of its server. Emulators check the condition of a write first and write then, so they get one
 * request at a time.
 */
async function openCloud(server, urlFor) {
  const proxy = await FaultProxy.start(server.origin, { oneAtATime: true });
  const outages = {
    503: () => proxy.always({ status: 503 }),
    hung: () => proxy.always('hang'),
    refused: () => proxy.stop(),
  };
  return {
    url: urlFor(proxy.origin),
    proxy,
    fail: (outage) => outages[outage](),
    async recover() {
      proxy.always();
      await proxy.restart();
    },
    async close() {
      await proxy.stop();
      await server.stop();
    },
  };
}

async function openS3(options) {
  const moto = await servers.startMoto(options);
  process.env.AWS_ACCESS_KEY_ID = moto.credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = moto.credentials.secretAccessKey;
  const place = `s3://${servers.S3_BUCKET}?region=eu-west-1&use_path_style=true&prefix=${servers.S3_PREFIX}`;
  return openCloud(moto, (origin) => `${place}&endpoint=${origin}`);
}

export const stores = {
  file: openFolder,

  s3: () => openS3(),
  // Headers are signed, so one that ignores some looks at no signature.
  's3-like': () => openS3({ open: true }),

  azure: async () =>
    openCloud(
      await servers.startAzurite(),
      (origin) =>
        `azblob://${servers.AZURE_CONTAINER}?localemu=true&protocol=http&prefix=fleet/&domain=${new URL(origin).host}`,
    ),

  redis: async () => openServer(await startRedis()),
  // It comes back with nothing.
  'redis-memory': async () => openServer(await startRedis({ isPersistent: false })),

  postgres: async () => openServer(await startSessionTable()),
};
