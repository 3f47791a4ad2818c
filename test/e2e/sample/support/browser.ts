import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where Debian's package puts it. */
const PROGRAM = '/usr/bin/chromium';

/** Reason why nothing can be tested in a browser here. */
export const missingBrowser = existsSync(PROGRAM)
  ? undefined
  : `!!! NOT RUN: the live page in a browser, because ${PROGRAM} is not on this machine. To have it: apt-get install chromium !!!`;

/** A change of the page, by its own clock. */
interface Shown {
  /** Text of a new event, or the level of the verdict. */
  readonly text: string;
  /** Time of the event, if it is one. */
  readonly at?: string;
  readonly shownAt: number;
}

/** Notes in the page what it shows, and when. */
const OBSERVER = `
  globalThis.noted = [];
  const note = (text, at) => globalThis.noted.push({ text, at, shownAt: Date.now() });
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === 'attributes' && target === document.body) note(target.dataset.level);
      for (const node of addedNodes) {
        if (node.nodeName === 'LI') note(node.textContent, node.querySelector('time').dateTime);
      }
    }
  }).observe(document, { subtree: true, childList: true, attributeFilter: ['data-level'] });
`;

/** An open page, and everything that went wrong in it or came to it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors of the console, and those that nobody caught. */
  readonly errors: readonly string[];
  /** Addresses of all requests. */
  readonly requested: readonly string[];
  readonly shown: () => Promise<readonly Shown[]>;
}

export function launch(): Promise<Browser> {
  // Chromium has no sandbox for the user that containers have.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: PROGRAM, args });
}

export async function openPage(
  browser: Browser,
  url: string,
  settings: Parameters<Browser['newPage']>[0] = {},
): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, ...settings });
  const errors: string[] = [];
  const requested: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => requested.push(request.url()));
  await page.addInitScript({ content: OBSERVER });
  await page.goto(url);
  return {
    page,
    errors,
    requested,
    shown: () => page.evaluate<readonly Shown[]>('globalThis.noted'),
  };
}
