import type { Environment } from '../account/environment.js';
import type { ReadAccount } from '../account/read.account.js';
import { nearest } from '../terminal/nearest.js';
import { type Finding, fail, ok, warn } from './finding.js';

/** Reports every fault of the options at once, and variables that have no effect. */
export function checkOptions(
  { usable, faults, known }: ReadAccount,
  { variables, overruled }: Environment,
  prefix: string,
): readonly Finding[] {
  return [
    ...faults.map((fault) => fail(capitalized(fault))),
    ...findMisspelt(variables, known, prefix).map(warn),
    ...overruled
      .filter((name) => name.startsWith(prefix))
      .map((name) =>
        warn(
          `${name} has one value in the file and another one in the environment, which counts. Unset it to use the file.`,
        ),
      ),
    ...(usable === undefined
      ? []
      : [
          ok(
            `All options can be used: ${usable.resolved.jurisdiction} site, login with ${usable.resolved.certificate === undefined ? 'user name and password' : 'a certificate'}.`,
          ),
        ]),
  ];
}

/** Finds variables that nobody reads, with a name like that of one that is not set. */
function findMisspelt(
  variables: Environment['variables'],
  known: ReadonlySet<string>,
  prefix: string,
): readonly string[] {
  const missing = [...known].filter((name) => !variables[name]).map((name) => bare(name, prefix));
  return Object.keys(variables).flatMap((name) => {
    if (!name.startsWith(prefix) || known.has(name) || !variables[name]) return [];
    const meant = nearest(bare(name, prefix), missing);
    return meant === undefined ? [] : [`${name} is not read. Did you mean ${prefix}${meant}?`];
  });
}

function bare(name: string, prefix: string): string {
  return name.slice(prefix.length);
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
