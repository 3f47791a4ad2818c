import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { isRecord } from '../../../lib/common/unknown-values.js';
import { PLANTED, searchFor } from '../../support/planted.js';
import { cleanUp, run } from '../cli/support/command.js';
import { healthyWorld } from '../cli/support/world.js';
import { compiledPackage } from './compiled.js';
import { freePort } from './free-port.mjs';

const PROGRAM = join('test', 'e2e', 'stores', 'credentials.process.mjs');
const USER = 'planted-store-user';
/** Place of the spans that the tracing of a driver makes, not the package. */
export const DRIVER = 'spans of the driver';
/** Milliseconds, of which most pass until operations of the store are given up. */
const LONGEST = 300_000;

/** A server that does not serve those who have these credentials. */
export interface BadServer {
  readonly name: string;
  /** Code that says why it failed. */
  readonly code: RegExp;
  /** Tells if an application starts that can do without its store. */
  readonly starts: boolean;
  /** Places that show the credentials, as docs/security.md says. @default none */
  readonly shownIn?: readonly string[];
  /** Returns where it listens, and what ends it. */
  readonly start: () => Promise<{ readonly address: string; readonly stop: () => unknown }>;
}

/** Nobody listens. */
export const ABSENT: BadServer = {
  name: 'is absent',
  code: /ECONNREFUSED/,
  starts: true,
  start: async () => ({ address: `127.0.0.1:${await freePort()}`, stop: () => undefined }),
};

/** A server of a test's own; the test fails if it never received the password. */
export function playedServer(
  behaviour: Omit<BadServer, 'start'>,
  onData: (socket: Socket, data: Buffer) => void,
): BadServer {
  async function start() {
    let received = '';
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('data', (data) => {
        received += data.toString();
        onData(socket, data);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('No port.');
    const stop = () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      expect(received).toContain(PLANTED.storePassword);
    };
    return { address: `127.0.0.1:${address.port}`, stop };
  }
  return { ...behaviour, start };
}

/** Runs the application, and returns what it shows by the place where it shows it. */
async function showAll(url: string, simulator: BetfairSimulator): Promise<Record<string, string>> {
  const child = fork(PROGRAM, [compiledPackage(), url], {
    silent: true,
    env: { ...process.env, ACCOUNT: JSON.stringify(simulator.options()) },
  });
  if (!child.stdout || !child.stderr) throw new Error('Its output is not read.');
  let texts: unknown;
  child.on('message', (message) => (texts = message));
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0 || !isRecord(texts)) throw new Error(`It ended with ${code}: ${errors}`);
  const shown = Object.entries(texts).map(([place, one]) => [place, String(one)]);
  return { ...Object.fromEntries(shown), logs: output + errors };
}

/** Runs the commands, each of which fails, and returns what they print. */
async function runCommands(
  url: string,
  simulator: BetfairSimulator,
): Promise<Record<string, string>> {
  const { folder, variables } = await healthyWorld(simulator);
  const environment = { ...variables, BETFAIR_STORAGE: url };
  const main = join(compiledPackage(), 'cli', 'main.js');
  const printed = await Promise.all(
    ['status', 'doctor', 'unblock', 'logout --yes'].map(async (command) => {
      const args = [main, ...command.split(' ')];
      const { code, stdout, stderr } = await run(process.execPath, args, folder, environment).ended;
      expect([command, code]).toEqual([command, 1]);
      return [`command ${command}`, stdout + stderr];
    }),
  );
  return Object.fromEntries(printed);
}

/** Tests that credentials of the URL are shown nowhere, whatever its server does. */
export function hidesCredentials(
  scheme: 'redis' | 'postgres',
  path: string,
  servers: readonly BadServer[],
): void {
  it.each(servers)(
    `nothing shows the credentials of a ${scheme}: URL whose server $name`,
    async ({ code, starts, shownIn = [], start }) => {
      const { address, stop } = await start();
      const password = encodeURIComponent(PLANTED.storePassword);
      const url = `${scheme}://${USER}:${password}@${address}${path}`;
      await using simulator = await BetfairSimulator.start();
      const places = {
        ...(await showAll(url, simulator)),
        ...(await runCommands(url, simulator)),
      };
      await stop();
      await cleanUp();
      const showing = Object.entries(places).filter(([place, one]) => {
        // Tracing of a driver may name the user, which the server's own texts do.
        const secrets = place === DRIVER ? [PLANTED.storePassword] : [PLANTED.storePassword, USER];
        return searchFor(secrets)(one).length > 0;
      });
      expect(showing.map(([place]) => place)).toEqual(shownIn);
      const commands = Object.keys(places).filter((place) => place.startsWith('command '));
      const telling = ['errors', 'logs', ...commands];
      for (const place of starts ? [...telling, 'health', 'events'] : telling) {
        expect(places).toHaveProperty([place], expect.stringMatching(code));
      }
      if (!starts) return;
      expect(places).toMatchObject({
        health: expect.stringContaining('"state":"degraded"'),
        metrics: expect.stringContaining('BETFAIR_STORAGE_'),
        spans: expect.stringContaining('betfair.session.renew'),
      });
    },
    LONGEST,
  );
}
