// A program that OpenTelemetry traces as talkatively as it can without code of its own: `node tracing.process.mjs
// <folder of the build> <store> <url>`. It uses a session from its first login to its logout, and prints the tokens and
// spans of it as JSON.
import { createRequire, register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { RedisInstrumentation } from '@opentelemetry/instrumentation-redis';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';

const [build, store, url] = process.argv.slice(2);

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();
registerInstrumentations({
  instrumentations: [
    new IORedisInstrumentation({ requireParentSpan: false }),
    new RedisInstrumentation({ requireParentSpan: false }),
    new PgInstrumentation({ enhancedDatabaseReporting: true, requireParentSpan: false }),
  ],
});

// What is loaded from here on is traced: by `require`, as in most applications, and by `import()`, as the package does.
const require = createRequire(import.meta.url);
const load = (path) => import(pathToFileURL(join(build, path)).href);
const { NestFactory } = await import('@nestjs/core');
const { BetfairSessionModule, PostgresStorage, RedisStorage, SessionService } =
  await load('index.js');
const { BetfairSimulator } = await load('testing/index.js');

/** Stores by name; `trace` sends a text in the way of which tracing shows every argument. */
const STORES = {
  async url() {
    const own = url.startsWith('redis') ? STORES.ioredis() : STORES.pool();
    return { ...(await own), storage: url };
  },

  async ioredis() {
    const { Redis } = require('ioredis');
    const redis = new Redis(url);
    return {
      storage: new RedisStorage({ send: (args) => redis.call(...args) }),
      trace: (text) => redis.call('EVAL', 'return 1', '0', text),
      close: () => redis.disconnect(),
    };
  },

  async redis() {
    const { createClient } = require('redis');
    const client = await createClient({ url }).connect();
    return {
      storage: new RedisStorage({ send: (args) => client.sendCommand(args) }),
      trace: (text) => client.sendCommand(['EVAL', 'return 1', '0', text]),
      close: () => client.destroy(),
    };
  },

  async pool() {
    const { Pool } = require('pg');
    const pool = new Pool({ connectionString: url });
    return {
      storage: new PostgresStorage({ client: pool }),
      trace: (text) => pool.query('SELECT $1::bytea', [Buffer.from(text)]),
      close: () => pool.end(),
    };
  },
};

const simulator = await BetfairSimulator.start();
const { storage, trace, close } = await STORES[store]();

async function start() {
  const application = await NestFactory.createApplicationContext(
    BetfairSessionModule.forRoot({ ...simulator.options(), storage }),
    { logger: false, abortOnError: false },
  );
  return { sessions: application.get(SessionService), stop: () => application.close() };
}

const first = await start();
await first.sessions.getSession();
await first.stop();
const second = await start();
await second.sessions.getSession();
await second.sessions.keepAlive();
const tokens = [...simulator.liveTokens()];
simulator.endSessions();
// The session is gone, so it is replaced.
await second.sessions.keepAlive();
tokens.push(...simulator.liveTokens());
await second.sessions.logout();
await second.stop();
await trace('CANARY-that-tracing-shows');

const spans = exporter.getFinishedSpans().map((span) => ({
  name: span.name,
  status: span.status,
  attributes: span.attributes,
  events: span.events,
  links: span.links,
  resource: span.resource.attributes,
}));
process.stdout.write(JSON.stringify({ tokens, counts: simulator.counts, spans }));
await close();
await simulator.stop();
