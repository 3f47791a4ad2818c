// An application of a user that is the sample: with the packed package installed, and nothing else of this repository.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel', 'error'];
const PACKAGES = [
  '@nestjs/common',
  '@nestjs/config',
  '@nestjs/core',
  '@nestjs/platform-express',
  '@nestjs/schedule',
  'reflect-metadata',
  'rxjs',
];

/** Reads versions. npm would install nothing for a name that has none, and say nothing. */
function versionsOf(names, devDependencies) {
  return Object.fromEntries(
    names.map((name) => {
      const version = devDependencies[name];
      if (version === undefined) throw new Error(`package.json has no devDependency "${name}".`);
      return [name, version];
    }),
  );
}

function npm(cwd, parameters) {
  return execFileSync('npm', parameters, { cwd, encoding: 'utf8' });
}

/** Creates it from what is built. */
export function createApplication() {
  const folder = mkdtempSync(join(tmpdir(), 'sample-application-'));
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const dependencies = versionsOf(PACKAGES, devDependencies);
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies }),
  );
  mkdirSync(join(folder, 'sample'));
  cpSync('sample/dist', join(folder, 'sample/dist'), { recursive: true });
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  const packed = npm(resolve('.'), pack);
  npm(folder, [...INSTALL, `./${packed.trim()}`]);
  return {
    folder,
    command: [process.execPath, 'sample/dist/main.js'],
    /** As the message says that a package is missing. */
    install: (name) => npm(folder, [...INSTALL, name]),
  };
}
