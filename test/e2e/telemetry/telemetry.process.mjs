// Lives as an application that OpenTelemetry watches: two requests wait for one login. Then it tells what a scrape of
// Prometheus gets, and the secrets that nobody may have been told. It ends with the one that started it.
import { once } from 'node:events';
import { trace } from '@opentelemetry/api';
import { NestFactory } from '@nestjs/core';
import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';

const betfair = await BetfairSimulator.start();
const options = betfair.options();
const app = await NestFactory.createApplicationContext(BetfairSessionModule.forRoot(options), {
  logger: ['error'],
});
const sessions = app.get(SessionService);
const tracer = trace.getTracer('application');

function request(name, handle) {
  return tracer.startActiveSpan(name, (span) => handle().finally(() => span.end()));
}

const [{ token }] = await Promise.all([
  request('first', () => sessions.getSession()),
  request('second', () => sessions.getSession()),
]);
await sessions.keepAlive();
const port = process.env.OTEL_EXPORTER_PROMETHEUS_PORT;
const scraped = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
const { username, password, applicationKey } = options;
process.send({ scraped, secrets: [token, username, password, applicationKey] });
await once(process, 'disconnect');
await app.close();
await betfair.stop();
