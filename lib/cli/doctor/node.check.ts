import type { PackageFacts } from '../program.js';
import { type Finding, fail, ok } from './finding.js';

/** Checks the version of Node against the range of the package. */
export function checkNode(version: string, { node: range }: Pick<PackageFacts, 'node'>): Finding {
  return isInRange(version, range)
    ? ok(`${version} is supported.`)
    : fail(`${version} is not supported. Install a version in the range ${range}.`);
}

/** Reads ranges such as `^20.19.0 || >=24.0.0`. */
function isInRange(version: string, range: string): boolean {
  const found = numbersOf(version);
  return range.split('||').some((part) => {
    const [, kind, text = ''] = /^\s*(\^|>=)([\d.]+)\s*$/.exec(part) ?? [];
    const least = numbersOf(text);
    return (
      kind !== undefined && isAtLeast(found, least) && (kind === '>=' || found[0] === least[0])
    );
  });
}

function numbersOf(version: string): readonly number[] {
  return version.replace(/^v/, '').split('.').map(Number.parseFloat);
}

function isAtLeast(found: readonly number[], least: readonly number[]): boolean {
  const index = least.findIndex((number, at) => number !== found[at]);
  return index === -1 || (found[index] ?? 0) > (least[index] ?? 0);
}
