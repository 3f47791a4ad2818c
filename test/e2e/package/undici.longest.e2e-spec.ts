import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGE = JSON.stringify(pathToFileURL(resolve('dist/esm/index.js')).href);
const TESTING = JSON.stringify(pathToFileURL(resolve('dist/esm/testing/index.js')).href);

/** What a process prints that runs `script`. */
async function printed(script: string, ...flags: string[]): Promise<string> {
  const parameters = [...flags, '--input-type=module', '-e', script];
  return (await run(process.execPath, parameters, { timeout: 25_000 })).stdout.trim();
}

/** A program that starts an application on a simulator, and prints what `then` makes of it or of the error. */
function starting(then: string): string {
  return `
    import { NestFactory } from '@nestjs/core';
    import { BetfairSimulator } from ${TESTING};
    import { BetfairSessionModule, SessionService } from ${PACKAGE};
    const betfair = await BetfairSimulator.start();
    const starting = NestFactory.createApplicationContext(
      BetfairSessionModule.forRoot(betfair.options()),
      { logger: false, abortOnError: false },
    );
    ${then}
    await betfair.stop();`;
}

/** Makes the process find other modules: as the text of a hook that resolves `undici`. */
function finding(resolved: string): string {
  const hook = `export const resolve = (name, context, next) => name === 'undici' ? ${resolved} : next(name, context);`;
  const registration = `
    import { register } from 'node:module';
    register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hook))});`;
  return `--import=data:text/javascript,${encodeURIComponent(registration)}`;
}

describe('undici', () => {
  it.each(['before', 'after'])(
    'leaves the dispatcher of the process alone where it is loaded %s its own fetch',
    async (when) => {
      const script = `
      const own = () => globalThis[Symbol.for('undici.globalDispatcher.1')];
      const use = () => fetch('data:,').then((answer) => answer.text());
      if (${when === 'after'}) await use();
      const before = own();
      const app = await starting;
      await app.get(SessionService).getSession();
      if (before !== undefined && before !== own()) console.log('replaced');
      await use();
      const { Agent } = await import('undici');
      console.log(own() instanceof Agent ? 'ours' : 'its own');
      await app.close();`;
      expect(await printed(starting(script))).toBe('its own');
    },
  );

  it.each([
    [
      'cannot be found',
      `next('./not-there.js', { ...context, parentURL: 'file:///' })`,
      /^BETFAIR_CONFIGURATION Betfair session: the package undici cannot be loaded.*Install the dependencies again/,
    ],
    [
      'is another version',
      `({ url: 'data:text/javascript,export const request = 1', shortCircuit: true })`,
      /^BETFAIR_CONFIGURATION Betfair session: another version of the package undici is found.*npm ls undici/,
    ],
  ])('that %s is named when the application starts', async (_, resolved, message) => {
    const script = 'await starting.catch(({ code, message }) => console.log(code, message));';
    expect(await printed(starting(script), finding(resolved))).toMatch(message);
  });

  it('is called by fetch, call and axios without a hook that every promise would pay for', async () => {
    const script = `
      import { createRequire } from 'node:module';
      import { NestFactory } from '@nestjs/core';
      import { create } from 'axios';
      const { initHooksExist } = createRequire(import.meta.url)('internal/async_hooks');
      const { attachBetfairSession, BetfairSessionModule, SessionService } = await import(${PACKAGE});
      const { BetfairSimulator } = await import(${TESTING});
      const betfair = await BetfairSimulator.start();
      const app = await NestFactory.createApplicationContext(
        BetfairSessionModule.forRoot(betfair.options()),
        { logger: false },
      );
      const sessions = app.get(SessionService);
      const operation = 'SportsAPING/v1.0/listEventTypes';
      await sessions.call(operation, { filter: {} });
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: operation, params: { filter: {} } });
      await (await sessions.fetch('/exchange/betting/json-rpc/v1', { method: 'POST', body })).json();
      await attachBetfairSession(create(), sessions).post('/exchange/betting/json-rpc/v1', body);
      const without = initHooksExist();
      await sessions.run(async () => undefined);
      console.log(betfair.counts.calls, without, initHooksExist());
      await app.close();
      await betfair.stop();`;
    const [calls, without, withRun] = (await printed(script, '--expose-internals')).split(' ');
    expect([calls, without]).toEqual(['3', 'false']);
    // From Node 24 on AsyncLocalStorage needs no hook.
    if (Number(process.versions.node.split('.')[0]) < 24) expect(withRun).toBe('true');
  });
});
