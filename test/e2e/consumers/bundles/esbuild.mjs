import { build } from 'esbuild';

const shared = {
  // Written by `nest build`: esbuild does not write the metadata of decorators, by which Nest injects.
  entryPoints: ['dist/main.js'],
  bundle: true,
  platform: 'node',
  // Optional packages of Nest itself. Leave out the ones that your application has.
  external: ['@nestjs/microservices', '@nestjs/websockets', 'class-transformer', 'class-validator'],
};

await build({ ...shared, format: 'cjs', outfile: 'out/main.cjs' });

// CommonJS packages, such as express, call `require`.
const js = `
import { createRequire as createRequireOf } from 'node:module';
const require = createRequireOf(import.meta.url);`;
await build({ ...shared, format: 'esm', outfile: 'out/main.mjs', banner: { js } });
