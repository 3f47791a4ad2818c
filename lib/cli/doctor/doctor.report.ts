import { styled } from '../terminal/terminal.js';
import { wrapped } from '../terminal/wrapped.js';
import type { StepFinding } from './diagnosis.js';
import type { Finding } from './finding.js';

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red', skip: 'gray' } as const;
const STATE_COLUMNS = 6;
const STEP_COLUMNS = 13;

/** Writes a finding: its state, its step, its text. */
export function lineOf({ state, step, text }: StepFinding): string {
  const shown =
    styled(COLOURS[state], state, process.stdout) + ' '.repeat(STATE_COLUMNS - state.length);
  return `${shown}${step.padEnd(STEP_COLUMNS)}${wrapped(text, STATE_COLUMNS + STEP_COLUMNS)}`;
}

/** Writes the last line. */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) =>
    findings.filter((finding) => finding.state === state).length;
  const [failures, warnings] = [count('fail'), count('warn')];
  if (failures + warnings === 0) return 'Nothing is wrong.';
  return `${plural(failures, 'failure')}, ${plural(warnings, 'warning')}.`;
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
