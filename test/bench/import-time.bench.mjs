// How much longer an application takes to load with this package, each time in a new process.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { byTurns, inUnits, median } from './rounds.mjs';

const run = promisify(execFile);

const FORMATS = {
  '`import`': (name) => ['--input-type=module', `await import('${name}')`],
  '`require`': (name) => ['--input-type=commonjs', `require('${name}')`],
};

/** Milliseconds to load the package after `loaded`. */
async function timed(format, loaded) {
  const [type, load] = [format('')[0], (name) => format(name)[1]];
  const script = [
    ...loaded.map(load),
    'const began = performance.now()',
    load('nestjs-betfair-session'),
    'process.stdout.write(String(performance.now() - began))',
  ].join(';');
  const { stdout } = await run(process.execPath, [type, '-e', script], {
    cwd: import.meta.dirname,
  });
  return Number(stdout);
}

export async function measure({ quick }) {
  const rounds = quick ? 1 : 11;
  const figures = [];
  for (const [name, format] of Object.entries(FORMATS)) {
    const { common, core } = await byTurns(rounds, {
      common: () => timed(format, ['@nestjs/common']),
      core: () => timed(format, ['@nestjs/common', '@nestjs/core']),
    });
    figures.push({
      what: `Time of ${name} after \`@nestjs/common\``,
      value: median(common),
      unit: 'ms',
      note: `${inUnits(median(core))} where \`@nestjs/core\` is loaded too, as in every application`,
    });
  }
  return figures;
}
