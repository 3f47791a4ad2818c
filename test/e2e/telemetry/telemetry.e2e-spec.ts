import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { isRecord } from '../../../lib/common/unknown-values.js';
import { METRICS } from '../../../lib/telemetry/telemetry.metrics.js';
import { blocks } from '../../readme/blocks.js';
import { until } from '../../support/betting.js';
import { PLANTED, searchFor } from '../../support/planted.js';
import { freePort } from '../stores/free-port.mjs';

const HERE = join('test', 'e2e', 'telemetry');
/** Milliseconds after which the SDK exports. */
const EXPORT_MS = '100';
/** A user name is no secret, but nothing that is collected holds it. */
const USERNAME = 'planted-user-name';

interface Told {
  readonly scraped: string;
  /** Code of the error of the keepAlive whose answer repeated all secrets. */
  readonly failed: unknown;
  /** Those that the application was given or made: tokens and private key. */
  readonly secrets: readonly string[];
}

/** Span as OTLP has it. */
interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly links?: readonly { readonly spanId: string }[];
}

const bodies: string[] = [];
let collector: Server;
let application: ChildProcess;
let told: Told;

function parseTold(message: unknown): Told {
  if (!isRecord(message)) throw new Error('The application told nothing.');
  const { scraped, failed, secrets } = message;
  if (typeof scraped !== 'string' || !Array.isArray(secrets))
    throw new Error('It told too little.');
  return { scraped, failed, secrets: secrets.map(String) };
}

async function collect(request: IncomingMessage, response: ServerResponse): Promise<void> {
  bodies.push(await text(request));
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}

function spans(): readonly Span[] {
  return bodies.flatMap((body) => {
    const { resourceSpans = [] } = JSON.parse(body);
    return resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: Span[] }[] }) =>
      scopeSpans.flatMap((scope) => scope.spans),
    );
  });
}

function spanOf(name: string): Span {
  const found = spans().find((span) => span.name === name);
  if (found === undefined) throw new Error(`There is no span ${name}.`);
  return found;
}

beforeAll(async () => {
  collector = createServer((request, response) => {
    void collect(request, response);
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const address = collector.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  application = fork(join(HERE, 'telemetry.process.mjs'), {
    execArgv: ['--import', `./${join(HERE, 'telemetry.mjs')}`],
    env: {
      ...process.env,
      PLANTED: JSON.stringify({ ...PLANTED, username: USERNAME }),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${address.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
      OTEL_METRIC_EXPORT_INTERVAL: EXPORT_MS,
      OTEL_METRIC_EXPORT_TIMEOUT: EXPORT_MS,
      OTEL_BSP_SCHEDULE_DELAY: EXPORT_MS,
    },
  });
  const [message]: unknown[] = await Promise.race([
    once(application, 'message'),
    once(application, 'exit').then(([code]) => {
      throw new Error(`The application ended with ${code} before it told anything.`);
    }),
  ]);
  told = parseTold(message);
  await until(() => {
    const all = bodies.join('');
    const names = ['betfair.session.renew', METRICS.status.name, 'third', 'fourth'];
    return names.every((name) => all.includes(`"${name}"`));
  });
}, 60_000);

afterAll(async () => {
  if (application.exitCode === null) {
    application.disconnect();
    await once(application, 'exit');
  }
  collector.close();
});

it('is set up as docs/telemetry.md says', async () => {
  expect(blocks('js')).toContain(await readFile(join(HERE, 'telemetry.mjs'), 'utf8'));
});

it('collects a trace of the renewal, its requests in it, and a link from who waited', () => {
  const renewal = spanOf('betfair.session.renew');
  expect(renewal.parentSpanId).toBe(spanOf('first').spanId);
  expect(spanOf('second').links).toMatchObject([{ spanId: renewal.spanId }]);
  const login = spans().find(({ parentSpanId }) => parentSpanId === renewal.spanId);
  expect(login).toMatchObject({ name: 'POST', traceId: renewal.traceId });
});

it('collects every metric, also by Prometheus under the names that the alerts ask for', async () => {
  const collected = bodies.join('');
  for (const { name } of Object.values(METRICS)) expect(collected).toContain(`"${name}"`);
  const alerts = await readFile('docs/alerts.yml', 'utf8');
  const asked = new Set(Array.from(alerts.matchAll(/\bbetfair_session_\w+/g), ([name]) => name));
  const answered = [...asked].filter((name) => new RegExp(`^${name}\\{`, 'm').test(told.scraped));
  // One of the two names of each; two have one name only.
  expect(answered).toHaveLength(5);
  expect(told.scraped).toMatch(/^betfair_session_\w+\{.*betfair_account="default"/m);
});

it('collects no secret and no user name', () => {
  const { scraped, failed, secrets } = told;
  // Both accounts logged in, one with the passphrase and one with the code, and Betfair repeated all secrets.
  expect(failed).toBe('BETFAIR_IDENTITY_UNAVAILABLE');
  expect(scraped).toMatch(/betfair_account="codes"/);
  expect(new Set(secrets).size).toBeGreaterThan(4);
  const secretsIn = searchFor([...Object.values(PLANTED), USERNAME, ...secrets]);
  expect(secretsIn([...bodies, scraped].join('\n'))).toEqual([]);
});
