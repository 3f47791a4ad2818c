/** Runs a step of a script, and reports it as its tests are counted; `undefined` if it failed. */
export async function step(name, run) {
  const began = performance.now();
  try {
    const result = await run();
    console.log(`ok ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    return result ?? true;
  } catch (error) {
    process.exitCode = 1;
    console.log(`not ok ${name}\n${String(error.stack).replaceAll(/^/gm, '    ')}`);
    return undefined;
  }
}
