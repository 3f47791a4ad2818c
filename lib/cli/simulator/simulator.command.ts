import { BetfairSimulator } from '../../testing/simulator/betfair-simulator.js';
import { isRecord } from '../../common/unknown-values.js';
import { CommandError } from '../terminal/command.errors.js';
import { SUCCESS } from '../terminal/exit.codes.js';
import type { Command } from '../terminal/command.js';
import { stopSignal } from '../terminal/stop.signal.js';
import { print } from '../terminal/terminal.js';
import { ControlEndpoint } from './control.endpoint.js';
import { readArguments, type SimulatorArguments } from './simulator.arguments.js';
import {
  certificateFiles,
  readCertificates,
  type SimulatorCertificates,
} from './simulator.certificates.js';
import { SimulatorDirectory } from './simulator.directory.js';
import { environmentOf, PASSWORD } from './simulator.environment.js';
import { HELP } from './simulator.help.js';
import { reportOf } from './simulator.report.js';

export const simulatorCommand: Command = {
  help: HELP,

  async run(args) {
    const wanted = readArguments(args);
    const directory = await SimulatorDirectory.open(wanted.dir);
    const certificates = await readCertificates(directory);
    const simulator = await start(wanted.port, certificates);
    const ending = disturb(simulator, wanted);
    try {
      await directory.claim(portOf(simulator));
      // Before this, a signal ends the process at once, even if something hangs. The next start uses the files again.
      const stopped = stopSignal();
      await directory.write({
        '.gitignore': '*\n',
        ...certificateFiles(certificates),
        '.env': environmentOf(simulator, directory.path),
      });
      print(reportOf(simulator, directory.path));
      await stopped;
      return SUCCESS;
    } finally {
      clearInterval(ending);
      await simulator.stop();
    }
  },
};

async function start(
  port: number,
  { server, client }: SimulatorCertificates,
): Promise<BetfairSimulator> {
  try {
    return await BetfairSimulator.start({
      accounts: [{ password: PASSWORD, certificate: client }],
      port,
      server,
    });
  } catch (error) {
    throw explained(error, port);
  }
}

/** Reads the port of the API. A URL leaves out 443. */
function portOf({ url }: BetfairSimulator): number {
  return Number(new URL(url).port || 443);
}

/**
 * Prepares a simulator to run for days, and plans its faults, before its address is printed.
 *
 * @returns the timer that ends sessions
 */
function disturb(
  simulator: BetfairSimulator,
  { faults, endSessionsEveryMs }: SimulatorArguments,
): NodeJS.Timeout | undefined {
  simulator.countOnly();
  const control = new ControlEndpoint(simulator);
  simulator.intercept((exchange) => control.answer(exchange));
  for (const { endpoint, fault, times } of faults) simulator.fail(endpoint, fault, { times });
  return endSessionsEveryMs === undefined
    ? undefined
    : setInterval(() => simulator.endSessions(), endSessionsEveryMs);
}

function explained(error: unknown, port: number): unknown {
  const { code, port: refused } = isRecord(error) ? error : {};
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'is in use by another program, or by a simulator that still runs',
    EACCES: 'may not be used by this user',
  };
  const reason = reasons[String(code)];
  return reason === undefined
    ? error
    : new CommandError(
        `Port ${String(refused)} ${reason}. The simulator needs ${port}, ${port + 1} and ${port + 2}. Choose others with --port, or any free ones with --port 0.`,
      );
}
