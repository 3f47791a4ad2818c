import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { SimulatedBetfair } from '../../../sample/simulator/simulated-betfair.service.js';
import { expectNoSecret, secretsOf } from '../../identity/support/secrets.js';
import { launch, missingBrowser, openPage } from './support/browser.js';
import { type RunningSample, startSimulated } from './support/sample-application.js';

/** `PAGE_SCREENSHOT=1` writes the picture of the documentation. */
const SCREENSHOT = resolve('docs/live-page.png');

// A browser, on machines that may be busy.
jest.setTimeout(60_000);

if (missingBrowser !== undefined) process.stdout.write(`${missingBrowser}\n`);
const inBrowser = missingBrowser === undefined ? it : it.skip;

let browser: Browser | undefined;
let directory: string;
let sample: RunningSample;

beforeEach(async () => {
  if (missingBrowser !== undefined) return;
  browser ??= await launch();
  directory = await mkdtemp(join(tmpdir(), 'page-'));
  sample = await startSimulated(`file:${directory}`);
});

afterEach(async () => {
  if (missingBrowser !== undefined) return;
  for (const context of browser?.contexts() ?? []) await context.close();
  await sample.close();
  await rm(directory, { recursive: true });
});

afterAll(() => browser?.close());

async function open(settings?: Parameters<typeof openPage>[2]) {
  if (browser === undefined) throw new Error('The browser is not running.');
  const opened = await openPage(browser, sample.url, settings);
  await isWell(opened.page);
  return opened;
}

/** Waits until the verdict has this text. */
async function verdict(page: Page, text: string): Promise<void> {
  await page.getByRole('status').filter({ hasText: text }).first().waitFor();
}

function isWell(page: Page): Promise<void> {
  return verdict(page, 'All is well');
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name }).click();
  await page.getByText(`Done: ${name}.`).waitFor();
}

/** Waits until the log of events has one more with this text. */
async function happens(page: Page, text: string, cause: () => Promise<void>): Promise<void> {
  const items = page.getByRole('log').getByRole('listitem').filter({ hasText: text });
  const before = await items.count();
  await cause();
  await items.nth(before).waitFor();
}

/** Presses every button, and sees what it does. */
async function pressAll(page: Page): Promise<void> {
  await happens(page, 'Logged in to Betfair.', () =>
    happens(page, 'Betfair rejected the session', () => press(page, 'End the session')),
  );
  await isWell(page);
  await happens(page, 'Prices arrive.', () =>
    happens(page, 'Prices stopped.', () => press(page, 'Cut the stream')),
  );
  await isWell(page);
  await press(page, 'Fail the store');
  await verdict(page, 'The session works, but its store fails');
  await press(page, 'Repair everything');
  await isWell(page);
  await press(page, 'Refuse logins');
  await verdict(page, 'Unlock the account on the Betfair website');
  await happens(page, 'Logged in to Betfair.', () => press(page, 'Repair everything'));
}

inBrowser('shows what each button does, within a second of the event, and no secret', async () => {
  const { page, errors, requested, shown } = await open();
  const openedAt = Date.now();
  const { simulator } = sample.app.get(SimulatedBetfair);
  const tokens = [...simulator.liveTokens()];
  await pressAll(page);
  tokens.push(...simulator.liveTokens());

  const changes = await shown();
  expect(changes.map(({ text }) => text)).toEqual(expect.arrayContaining(['watch', 'act', 'good']));
  const delays = changes
    .map(({ at, shownAt }) => ({ at: Date.parse(at ?? ''), shownAt }))
    .filter(({ at }) => at > openedAt)
    .map(({ at, shownAt }) => shownAt - at)
    .toSorted((a, b) => a - b);
  expect(delays.length).toBeGreaterThan(8);
  // All but those for which the machine was too busy, and these soon after.
  expect(delays.at(Math.floor(delays.length * 0.8))).toBeLessThan(1_000);
  expect(delays.at(-1)).toBeLessThan(5_000);

  expect(new Set(tokens).size).toBe(2);
  const content = await page.content();
  expect(content).toContain('Betfair refused the login with ACCOUNT_NOW_LOCKED.');
  expectNoSecret([content, requested], secretsOf(simulator.options(), tokens));
  expect(errors).toEqual([]);
  expect(requested.filter((url) => !url.startsWith(`${sample.url}/`))).toEqual([]);
});

inBrowser('shows prices of a race that move', async () => {
  const { page } = await open();
  const prices = page.getByRole('table', { name: /^Ascot / });
  await prices
    .getByRole('row')
    .filter({ hasText: /[▲▼] \d+\.\d\d/ })
    .first()
    .waitFor();
});

inBrowser('fits a phone, in the dark, and needs no mouse', async () => {
  const { page } = await open({
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
    isMobile: true,
  });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  const background = await page.evaluate(
    'getComputedStyle(document.documentElement).backgroundColor',
  );
  expect(background).toBe('rgb(13, 17, 22)');
  await happens(page, 'Prices stopped.', async () => {
    await page.getByRole('button', { name: 'Cut the stream' }).focus();
    await page.keyboard.press('Enter');
  });
});

inBrowser('says that it is out of date once the application is gone', async () => {
  const { page } = await open();
  await sample.close();
  await verdict(page, 'This page does not hear from the application');
  expect(await page.title()).toContain('This page does not hear from the application');
});

if (process.env['PAGE_SCREENSHOT']) {
  inBrowser('stands for its picture', async () => {
    const { page } = await open({ viewport: { width: 1200, height: 720 } });
    await happens(page, 'Prices arrive.', () => press(page, 'Cut the stream'));
    await happens(page, 'Logged in to Betfair.', () => press(page, 'End the session'));
    // Until there is a curve to see.
    await page.waitForTimeout(40_000);
    await isWell(page);
    await page.screenshot({ path: SCREENSHOT });
  });
}
