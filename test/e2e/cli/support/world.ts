import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { CERTIFICATE_FILES } from '../../../../lib/cli/simulator/simulator.certificates.js';
import { environmentOf } from '../../../../lib/cli/simulator/simulator.environment.js';
import { isRecord } from '../../../../lib/common/unknown-values.js';
import { emptyFolder, runCommand, type Variables, wideLines } from './command.js';

/** A folder with the files of an account, and the variables that describe it. */
export interface World {
  readonly folder: string;
  readonly variables: Variables;
}

/** Those of all worlds so far, whose tokens no command shows. */
const simulators = new Set<BetfairSimulator>();

/** A world in which the first account of a simulator works, with a store of its own. */
export async function healthyWorld(simulator: BetfairSimulator): Promise<World> {
  simulators.add(simulator);
  const folder = await emptyFolder();
  const { ca, clientCert, clientKey } = CERTIFICATE_FILES;
  const { cert, key } = simulator.account().certificate;
  await writeFile(join(folder, ca), simulator.ca);
  await writeFile(join(folder, clientCert), cert);
  await writeFile(join(folder, clientKey), key, { mode: 0o600 });
  const variables = parseEnv(environmentOf(simulator, folder));
  return { folder, variables: { ...variables, ...loginOf(simulator) } };
}

function loginOf(simulator: BetfairSimulator): Variables {
  const { username, password } = simulator.options();
  return { BETFAIR_USERNAME: username, BETFAIR_PASSWORD: password };
}

/** Tokens that are alive, or were sent. */
function tokens(): readonly string[] {
  return [...simulators].flatMap((simulator) => [
    ...simulator.liveTokens(),
    ...simulator.requests.flatMap(({ headers }) => headers['x-authentication'] ?? []),
  ]);
}

/** Passwords that tests write into URLs. */
const IN_URLS = ['proxysecret', 'storagesecret'];

/** What a command printed, and its exit code. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a world. Fails if it shows a secret, or lines that are too wide. */
export async function runIn(
  { folder, variables }: World,
  ...args: readonly string[]
): Promise<Outcome> {
  const { printed, ended } = runCommand(args, folder, variables);
  const { code, stdout, stderr } = await ended;
  const output = printed.stdout + printed.stderr;
  const secrets = ['USERNAME', 'PASSWORD', 'APP_KEY', 'PASSPHRASE'].flatMap(
    (name) => variables[`BETFAIR_${name}`] || [],
  );
  expect(
    [...secrets, ...tokens(), ...IN_URLS, 'PRIVATE KEY'].filter((secret) =>
      output.includes(secret),
    ),
  ).toEqual([]);
  if (!args.includes('--json')) expect(wideLines(output)).toEqual([]);
  return { code, stdout, stderr };
}

/** A finding of the doctor, as `<state> <step>: <text>`. */
export type Line = string;

/** Reads the findings of `doctor --json`. */
export function findingsIn({ stdout }: Outcome): readonly Line[] {
  const read: unknown = JSON.parse(stdout);
  const findings = isRecord(read) && Array.isArray(read['findings']) ? read['findings'] : [];
  return findings.map((one: unknown) => {
    const { state, step, text } = isRecord(one) ? one : {};
    return `${String(state)} ${String(step)}: ${String(text)}`;
  });
}
