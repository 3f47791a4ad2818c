// Lives as an application that OpenTelemetry watches: two requests wait for one login, an account with two-factor
// authentication logs in as well, and Betfair answers a keepAlive with all secrets. Then it tells what a
// scrape of Prometheus gets, and the secrets that nobody may have been told. PLANTED holds those that the test chose.
// It ends with the one that started it.
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { trace } from '@opentelemetry/api';
import { NestFactory } from '@nestjs/core';
import {
  BetfairSessionModule,
  getSessionServiceToken,
  SessionService,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';

const { username, password, applicationKey, passphrase, twoFactorCode } = JSON.parse(
  process.env.PLANTED,
);
const betfair = await BetfairSimulator.start({
  accounts: [
    { username, password, applicationKey },
    { username: 'with-codes', password, twoFactorCode },
  ],
});
const { certificate, ...options } = betfair.options();
const format = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase };
const key = createPrivateKey(certificate.key).export(format).toString();
const { certificate: _, ...withCodes } = betfair.options('with-codes');
const withCertificate = BetfairSessionModule.forRoot({
  ...options,
  certificate: { cert: certificate.cert, key, passphrase },
});
const withTwoFactors = BetfairSessionModule.forRoot({
  ...withCodes,
  name: 'codes',
  login: 'interactive',
  twoFactorCode: () => twoFactorCode,
});
const imports = [...(withCertificate.imports ?? []), withTwoFactors];
const app = await NestFactory.createApplicationContext(
  { ...withCertificate, imports },
  { logger: ['error'] },
);
const sessions = app.get(SessionService);
const codes = app.get(getSessionServiceToken('codes'));
const tracer = trace.getTracer('application');

function request(name, handle) {
  return tracer.startActiveSpan(name, (span) => handle().finally(() => span.end()));
}

const [{ token }] = await Promise.all([
  request('first', () => sessions.getSession()),
  request('second', () => sessions.getSession()),
]);
await sessions.keepAlive();
const { token: tokenOfCodes } = await request('third', () => codes.getSession());
const error = [token, password, applicationKey, passphrase, twoFactorCode].join();
betfair.fail('keepAlive', { reply: { status: 'FAIL', error } });
const failed = await request('fourth', () => sessions.keepAlive()).catch(({ code }) => code);
const port = process.env.OTEL_EXPORTER_PROMETHEUS_PORT;
const scraped = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
const keyLines = `${certificate.key}\n${key}`.split('\n').filter((line) => line.length === 64);
process.send({ scraped, failed, secrets: [token, tokenOfCodes, ...keyLines] });
await once(process, 'disconnect');
await app.close();
await betfair.stop();
