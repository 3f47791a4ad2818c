import { redact } from '../../common/redact.js';
import { BetfairConfigurationError, BetfairSessionError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';
import type { Environment } from '../account/environment.js';
import { namedByVariable, readAccount, type UsableAccount } from '../account/read.account.js';
import { readPackage } from '../program.js';
import { certificateStep } from './certificate.step.js';
import { clockStep } from './clock.step.js';
import { fail, type Finding, skip, type Step } from './finding.js';
import { loginStep } from './login.step.js';
import { networkStep } from './network.step.js';
import { checkNode } from './node.check.js';
import { checkOptions } from './options.check.js';
import { recordStep } from './record.step.js';
import { sharingStep } from './sharing.step.js';
import { storeStep } from './store.step.js';

/** A finding with the step that made it. */
export interface StepFinding extends Finding {
  readonly step: string;
}

/** Account to check, and how. */
export interface DoctorInput {
  readonly environment: Environment;
  readonly prefix: string;
  /** `true` if a login may be made. */
  readonly mayLogIn: boolean;
}

/** Variables whose values are not shown. */
const SECRETS = ['PASSWORD', 'APP_KEY', 'PASSPHRASE'];

/** Steps after the first two, cheap and local ones first. */
const STEPS: readonly Step[] = [
  certificateStep,
  networkStep,
  clockStep,
  storeStep,
  recordStep,
  sharingStep,
  loginStep,
];

/** Makes one step after the other. No finding shows a secret, whatever variable it was written into by mistake. */
export async function* runChecks(input: DoctorInput): AsyncGenerator<StepFinding> {
  const { environment, prefix } = input;
  const secrets = SECRETS.flatMap((name) => environment.variables[`${prefix}${name}`] ?? []);
  for await (const finding of runSteps(input)) {
    yield { ...finding, text: redact(finding.text, secrets) };
  }
}

async function* runSteps(input: DoctorInput): AsyncGenerator<StepFinding> {
  const { environment, mayLogIn, prefix } = input;
  yield { step: 'node', ...checkNode(process.version, await readPackage()) };
  const account = readAccount(environment, prefix);
  for (const finding of checkOptions(account, environment, prefix)) {
    yield { step: 'options', ...finding };
  }
  const failed = new Set(account.usable === undefined ? ['options'] : []);
  for (const step of STEPS) {
    const missing = step.needs.find((name) => failed.has(name));
    const findings =
      step === loginStep && !mayLogIn
        ? [skip('Not tried. Add --login to log in once, as an application does.')]
        : missing === undefined && account.usable !== undefined
          ? await attempt(step, account.usable)
          : [skip(`Not checked, because of the failure above (${missing ?? 'options'}).`)];
    for (const finding of findings) yield { step: step.name, ...finding };
    const isDone = findings.every(({ state }) => state !== 'fail');
    // The steps that need one that was left out are left out too.
    if (!isDone || missing !== undefined) failed.add(step.name);
  }
}

async function attempt(step: Step, account: UsableAccount): Promise<readonly Finding[]> {
  try {
    return await step.check(account);
  } catch (error) {
    if (error instanceof BetfairConfigurationError) {
      return error.faults.map((fault) => fail(namedByVariable(fault, account.prefix)));
    }
    if (error instanceof BetfairSessionError) return [fail(error.message)];
    const { name, message } = safeCause(error);
    return [fail(`The check itself failed (${name}, ${message}). Please report it.`)];
  }
}
