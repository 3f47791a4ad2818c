// Gives the suites the packages of node_modules as Node itself loads them, once in a worker. Jest would compile and run
// the 700 modules of Nest, RxJS and undici anew in each suite, which takes longer than most suites.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const LOCK = readFileSync(new URL('../../../package-lock.json', import.meta.url));
const HERE = readFileSync(new URL(import.meta.url));

/** The function of a suite's global scope that loads an installed module. */
export const LOAD = 'loadInstalled';

const load = (file) => `globalThis.${LOAD}(${JSON.stringify(file)})`;

export default {
  getCacheKey: (source, file, { supportsStaticESM }) =>
    createHash('sha256')
      .update(HERE)
      .update(LOCK)
      .update(`${file} ${supportsStaticESM} ${source}`)
      .digest('hex'),
  process: (_source, file, { supportsStaticESM }) => ({
    code: supportsStaticESM ? facade(file) : `module.exports = ${load(file)};`,
  }),
};

function facade(file) {
  const names = Object.keys(require(file)).filter((name) => name !== 'default');
  return `const loaded = ${load(file)};
export default loaded.default;
${names.map((name, index) => `const _${index} = loaded.${name};`).join('\n')}
export { ${names.map((name, index) => `_${index} as ${name}`).join(', ')} };`;
}
