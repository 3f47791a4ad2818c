import { resolve } from 'node:path';
import { readOptions } from '../terminal/arguments.js';
import { UsageError } from '../terminal/command.errors.js';
import { isWait } from './fault.names.js';
import { type PlannedFault, readFaultText } from './fault.text.js';
import { DEFAULT_DIR, DEFAULT_PORT } from './simulator.help.js';

export interface SimulatorArguments {
  /** First of three ports; 0 for any free ones. */
  readonly port: number;
  /** Folder, as the text that was given. */
  readonly dir: string;
  readonly endSessionsEveryMs: number | undefined;
  readonly faults: readonly PlannedFault[];
}

/** Highest port with two more after it. */
const MAX_PORT = 65_533;
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** @throws UsageError with every mistake */
export function readArguments(args: readonly string[]): SimulatorArguments {
  const wrong: string[] = [];
  const given = readOptions(args, { values: ['port', 'dir', 'end-sessions-every', 'fail'] }, wrong);
  const read = {
    port: readPort(given('port').at(-1), wrong),
    dir: readDir(given('dir').at(-1) ?? DEFAULT_DIR, wrong),
    endSessionsEveryMs: readTime(given('end-sessions-every').at(-1), wrong),
    faults: given('fail').flatMap((text) => readFaultText(text, wrong)),
  };
  if (wrong.length > 0) throw new UsageError(wrong);
  return read;
}

function readPort(text: string | undefined, wrong: string[]): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = /^\d+$/.test(text) ? Number(text) : Infinity;
  if (port > MAX_PORT) {
    wrong.push(
      `--port ${text}: must be a number from 0 to ${MAX_PORT}; the two ports after it are used too.`,
    );
  }
  return port;
}

/**
 * Reads the folder. Its absolute path is written to `.env` in single quotes, inside which quotes and line breaks cannot
 * be escaped, and `expandVariables` of `ConfigModule` expands a `$`.
 */
function readDir(text: string, wrong: string[]): string {
  // oxlint-disable-next-line no-control-regex -- control characters are refused
  if (/['$\0-\x1f]/.test(resolve(text))) {
    wrong.push(
      `--dir: the path ${JSON.stringify(resolve(text))} contains a quote, a "$" or a control character, which .env cannot hold. Name another folder.`,
    );
  }
  return text;
}

function readTime(text: string | undefined, wrong: string[]): number | undefined {
  if (text === undefined) return undefined;
  const [, number, unit = ''] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(number) * (UNITS_MS[unit] ?? NaN);
  if (!isWait(ms) || ms === 0) {
    wrong.push(
      `--end-sessions-every ${text}: must be a number with its unit, such as 500ms, 30s, 10m or 1h, and at most 596h.`,
    );
  }
  return ms;
}
