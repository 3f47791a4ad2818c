// One benchmark in a process of its own, so that none runs in what another left behind; see run.mjs.
import { pathToFileURL } from 'node:url';

const [file] = process.argv.slice(2);
const { measure } = await import(pathToFileURL(file).href);
const measured = await measure({ quick: process.env.BENCH_QUICK === '1' });
// A list of figures has no charts.
process.send(Array.isArray(measured) ? { figures: measured, charts: [] } : measured);
process.disconnect();
