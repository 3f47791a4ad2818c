// An application whose store fails, and which shows all that it has: `node credentials.process.mjs <folder of the build>
// <url of the store>`. The variable ACCOUNT holds the options of its account. It logs to the console, and sends the rest
// as texts by the place where they are shown.
import { createRequire, register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { metrics } from '@opentelemetry/api';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';

const [build, url] = process.argv.slice(2);

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
const spans = new InMemorySpanExporter();
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }).register();
const collected = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: collected });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
registerInstrumentations({
  instrumentations: [
    new IORedisInstrumentation({ requireParentSpan: false }),
    new PgInstrumentation({ enhancedDatabaseReporting: true, requireParentSpan: false }),
  ],
});

// What is loaded from here on is traced.
const require = createRequire(import.meta.url);
const load = (path) => import(pathToFileURL(join(build, path)).href);
const { ConsoleLogger, Controller, Get, Inject } = require('@nestjs/common');
const { NestFactory } = await import('@nestjs/core');
const { HealthCheckService, TerminusModule } = await import('@nestjs/terminus');
const { BetfairSessionModule, SessionService } = await load('index.js');
const { BetfairSessionHealthIndicator } = await load('terminus/index.js');

class Health {
  constructor(health, betfair) {
    this.check = () => health.check([() => betfair.isHealthy('betfair')]);
  }

  answer() {
    return this.check();
  }
}
Controller('health')(Health);
Inject(HealthCheckService)(Health, undefined, 0);
Inject(BetfairSessionHealthIndicator)(Health, undefined, 1);
Get()(Health.prototype, 'answer', Object.getOwnPropertyDescriptor(Health.prototype, 'answer'));

/** An error with all that it owns, as some loggers write it. */
function withOwn(_, value) {
  if (!(value instanceof Error)) return value;
  return Object.fromEntries(Object.getOwnPropertyNames(value).map((name) => [name, value[name]]));
}

function show(value) {
  return inspect(value, { depth: 12, showHidden: true }) + JSON.stringify(value, withOwn);
}

const options = { ...JSON.parse(process.env.ACCOUNT), storage: url };
const errorOf = (promise) => promise.catch((error) => error);

/** An application that goes on without its store; it does not start if the store is no server of its kind. */
async function live() {
  const module = BetfairSessionModule.forRoot({ ...options, persistence: 'best-effort' });
  const app = await NestFactory.create(
    {
      ...module,
      imports: [...(module.imports ?? []), TerminusModule],
      controllers: [Health],
      providers: [...(module.providers ?? []), BetfairSessionHealthIndicator],
    },
    { logger: new ConsoleLogger({ json: true }), abortOnError: false },
  );
  const sessions = app.get(SessionService);
  const events = [];
  sessions.events$.subscribe((event) => events.push(event));
  await app.listen(0, '127.0.0.1');
  await sessions.getSession();
  const health = await (await fetch(`${await app.getUrl()}/health`)).text();
  const { status } = sessions;
  const errors = await Promise.all([errorOf(sessions.unblockLogin()), errorOf(sessions.logout())]);
  await app.close();
  return { health, status: show(status), events: show(events), service: show(sessions), errors };
}

/** One that needs its store does not start, or gets no session. */
async function needStore() {
  const sessions = await SessionService.create({ ...options, persistence: 'required' });
  const error = await errorOf(sessions.getSession());
  await sessions.close();
  throw error;
}

const [{ errors, ...shown }, needed] = await Promise.all([
  live().catch((error) => ({ errors: [error] })),
  errorOf(needStore()),
]);
await reader.forceFlush();
/** Spans of the package, or those of the drivers. */
function spansOf(isOwn) {
  const wanted = spans
    .getFinishedSpans()
    .filter(({ instrumentationScope: { name } }) => isOwn !== name.startsWith('@opentelemetry/'));
  return JSON.stringify(
    wanted.map(({ name, status, attributes, events }) => ({ name, status, attributes, events })),
  );
}

const texts = {
  ...shown,
  errors: show([...errors, needed]),
  metrics: JSON.stringify(collected.getMetrics()),
  spans: spansOf(true),
  'spans of the driver': spansOf(false),
};
await new Promise((sent) => process.send(texts, sent));
process.disconnect();
