import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Terminal } from './terminal.mjs';

/** The starters of the Nest CLI: Nest 11 is CommonJS with ts-jest, Nest 12 is ES modules with vitest. */
export const STARTERS = [
  { nest: 11, cli: '11.0.24' },
  { nest: 12, cli: '12.0.8' },
];

/** Makes an application as `nest new` makes it, with its packages. */
export async function newApplication(work, { nest, cli }) {
  const name = `nest${nest}`;
  const terminal = new Terminal(work);
  await terminal.run(
    `npx --yes @nestjs/cli@${cli} new ${name} --skip-git --skip-install --package-manager npm`,
  );
  const folder = join(work, name);
  await new Terminal(folder).run('npm install --no-audit --no-fund --prefer-offline');
  return folder;
}

/** Another copy of an application. */
export function copyOf(folder, name) {
  const copy = `${folder}-${name}`;
  mkdirSync(copy);
  cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** Writes code of a page into an application; in one of CommonJS without `.js`, as README says. */
export function writeCode(folder, path, code) {
  const { type } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const text = type === 'module' ? code : code.replaceAll(/(from '\.[^']*)\.js'/g, "$1'");
  writeFileSync(join(folder, path), text);
}
