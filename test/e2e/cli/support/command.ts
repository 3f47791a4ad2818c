import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';

/** The built program. */
export const MAIN = resolve('dist/esm/cli/main.js');
/** Environment variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>;

const READY = 'Ctrl-C stops it.';

const children = new Set<ChildProcess>();
const folders: string[] = [];

/** An empty folder until {@link cleanUp}. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-'));
  folders.push(folder);
  return folder;
}

/** Ends the processes of failed tests, and removes the folders. */
export async function cleanUp(): Promise<void> {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) {
      await once(child, 'close');
    }
  }
  children.clear();
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
}

/** What the shell of a user without an account has, and no proxy before the simulator. */
function shellEnvironment(): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(BETFAIR_|FORCE_COLOR$|NO_COLOR$|(https?|no)_proxy$)/i.test(name),
  );
  return { ...Object.fromEntries(inherited), NO_PROXY: '127.0.0.1' };
}

/** A process whose output is kept. `variables` are added to those of the shell; `undefined` unsets one. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  variables: Variables = {},
) {
  const child = spawn(program, args, {
    cwd,
    env: { ...shellEnvironment(), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (printed.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (printed.stderr += String(chunk)));
  const ended = once(child, 'close').then(() => ({
    code: child.exitCode,
    signal: child.signalCode,
    ...printed,
    /** Each error in one line. */
    stderr: unwrapped(printed.stderr),
  }));
  return { child, printed, ended };
}

/** The built command. */
export function runCommand(args: readonly string[], cwd: string, variables?: Variables) {
  if (!existsSync(MAIN)) throw new Error('First: npm run build');
  return run(process.execPath, [MAIN, ...args], cwd, variables);
}

/** The command `simulator`, once it says that it is ready, on free ports unless `args` name some. */
export function startSimulator(cwd: string, ...args: readonly string[]) {
  return startedSimulator(runCommand(['simulator', '--port', '0', ...args], cwd), cwd);
}

/** A simulator that was called in `cwd`, once it says that it is ready. */
export async function startedSimulator(
  command: ReturnType<typeof run>,
  cwd: string,
  dir = 'simulated-betfair',
) {
  const { child, printed, ended } = command;
  await new Promise<void>((succeed, fail) => {
    child.stdout.on('data', () => {
      if (printed.stdout.includes(READY)) succeed();
    });
    child.once('close', () => fail(new Error(printed.stderr)));
  });
  const folder = join(cwd, dir);
  const variables = parseEnv(await readFile(join(folder, '.env'), 'utf8'));
  const valueOf = (name: string): string => variables[`BETFAIR_${name}`] ?? '';
  return {
    ...command,
    folder,
    ca: await readFile(join(folder, 'ca.crt'), 'utf8'),
    valueOf,
    /** Of the control endpoint. */
    control: `${valueOf('ENDPOINT_API')}/simulator`,
    async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

export type RunningSimulator = Awaited<ReturnType<typeof startSimulator>>;

/** Joins the lines of errors that were wrapped. */
function unwrapped(stderr: string): string {
  return stderr.replaceAll(/\n {7}(?=\S)/g, ' ');
}

/** Lines that are wider than 80 columns, and are not one long word, such as a path. */
export function wideLines(output: string): readonly string[] {
  return output.split('\n').filter((line) => line.length > 80 && / /.test(line.trim()));
}
