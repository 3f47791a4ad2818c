/** The folder of the compiled package, for programs that a suite starts. */
export function compiledPackage(): string {
  const folder = process.env['COMPILED_PACKAGE'];
  if (folder === undefined)
    throw new Error('Run the suites of the stores with npm run test:stores.');
  return folder;
}
