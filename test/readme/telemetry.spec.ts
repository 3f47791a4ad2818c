import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { SessionStorageError } from 'nestjs-betfair-session';
import { register } from 'prom-client';
import { RENEWAL_SPAN } from '../../lib/telemetry/renewal.span.js';
import { METRICS } from '../../lib/telemetry/telemetry.metrics.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';
import { startSdk } from '../telemetry/telemetry.harness.js';
import { pages } from './blocks.js';
import { registerSessionMetrics } from './snippets/session-metrics.js';

const METRIC_LIST = Object.values(METRICS);

afterEach(closeAccounts);

/** Rows of the table under a heading of docs/telemetry.md, each as its cells without backticks. */
function table(heading: string): string[][] {
  const page = pages.find(({ path }) => path === 'docs/telemetry.md')?.text ?? '';
  const part = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const [, , ...rows] = part.match(/^\|.*\|$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(4);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replaceAll('`', '').trim()),
  );
}

describe('docs/telemetry.md', () => {
  it('lists the metrics with their kinds and units, as the library makes them', () => {
    expect(table('Metrics').map(([name, kind, unit]) => ({ name, kind, unit }))).toEqual(
      METRIC_LIST.map(({ name, kind, unit }) => ({ name, kind, unit })),
    );
  });

  it('lists the labels that the metrics have, and no others', async () => {
    const sdk = startSdk();
    const clock = new VirtualClock();
    const { simulator, storage, start } = await createAccount();
    const { sessions } = await start({}, clock);
    storage.fail('read', new SessionStorageError('The store is down.', 'unavailable'));
    await expect(clock.until(sessions.getSession())).rejects.toThrow();
    await clock.advance(60_000);
    await sessions.getSession();
    simulator.fail('keepAlive', { status: 503 });
    await expect(sessions.keepAlive()).rejects.toThrow();
    simulator.endSessions();
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    await expect(clock.until(sessions.keepAlive())).rejects.toThrow('LOCKED');
    const series = await sdk.collect();
    await sdk.stop();
    const labelsOf = (metric: string) => {
      const found = series.filter(({ name }) => name === metric);
      return [...new Set(found.flatMap(({ labels }) => Object.keys(labels)))].toSorted();
    };
    const documented = table('Metrics').map(([name = '', , , labels = '']) => {
      return { name, labels: labels.split(', ').toSorted() };
    });
    expect(documented).toEqual(METRIC_LIST.map(({ name }) => ({ name, labels: labelsOf(name) })));
    const known = table('Labels').map(([label = '']) => label);
    expect(known.toSorted()).toEqual(
      [...new Set(documented.flatMap(({ labels }) => labels))].toSorted(),
    );
  });

  it('names the span', () => {
    const page = pages.find(({ path }) => path === 'docs/telemetry.md');
    expect(page?.text).toContain(`\`${RENEWAL_SPAN}\``);
  });

  it('has a recipe for prom-client that counts events and shows the state', async () => {
    const { start } = await createAccount();
    const { sessions } = await start();
    registerSessionMetrics(sessions);
    expect(await register.metrics()).toContain('betfair_state{state="empty"} 1');
    await sessions.getSession();
    await sessions.keepAlive();
    const shown = await register.metrics();
    expect(shown).toContain('betfair_events_total{type="loggedIn"} 1');
    expect(shown).toContain('betfair_events_total{type="keptAlive"} 1');
    expect(shown).toContain('betfair_state{state="ready"} 1');
    expect(shown).not.toContain('state="empty"');
    register.clear();
  });
});

describe('docs/alerts.yml', () => {
  it('has the alerts that the page explains', async () => {
    const alerts = (await alertsFile()).matchAll(/- alert: (\w+)/g);
    const names = Array.from(alerts, ([, name = '']) => name);
    expect(table('Alerts').map(([name]) => name)).toEqual(names);
  });

  it('asks for metrics that the library has, by the names of either kind of exporter', async () => {
    const asked = Array.from((await alertsFile()).matchAll(/\bbetfair_session_\w+/g), ([name]) =>
      name.replace(/_bucket$/, ''),
    );
    const suffixes = { histogram: '_seconds', counter: '_total', gauge: '_seconds' };
    const bare = METRIC_LIST.map(({ name }) => name.replaceAll('.', '_'));
    const full = METRIC_LIST.map(({ kind, unit }, index) => {
      const hasSuffix = kind === 'counter' || unit === 's';
      return `${bare[index]}${hasSuffix ? suffixes[kind] : ''}`;
    });
    expect(asked.filter((name) => ![...bare, ...full].includes(name))).toEqual([]);
    // Of each metric that has two names, both.
    for (const [index, name] of full.entries()) {
      expect(asked.includes(name)).toBe(asked.includes(bare[index] ?? ''));
    }
  });

  it('has rules that Prometheus takes, and that fire in time', async () => {
    try {
      await promtool('--version');
    } catch (error) {
      console.warn(
        `!!! promtool cannot be run, so the alerts are not tried: ${String(error)}. Install it: apt-get install prometheus !!!`,
      );
      return;
    }
    expect((await promtool('check', 'rules', 'docs/alerts.yml')).stdout).toContain(
      'SUCCESS: 5 rules found',
    );
    const tried = await promtool('test', 'rules', 'test/telemetry/alerts.test.yml');
    expect(tried.stdout).toContain('SUCCESS');
  });
});

function promtool(...args: string[]): Promise<{ stdout: string }> {
  return promisify(execFile)('promtool', args);
}

function alertsFile(): Promise<string> {
  return readFile('docs/alerts.yml', 'utf8');
}
