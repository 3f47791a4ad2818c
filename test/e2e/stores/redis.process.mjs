// A program that uses RedisStorage and closes nothing: `node redis.process.mjs <folder of the build> <url> <ms>`. It goes
// on for so long after its work.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [build, url, ms] = process.argv.slice(2);
const { RedisStorage } = await import(pathToFileURL(join(build, 'index.js')).href);
const store = new RedisStorage({ url });
try {
  await store.open();
  // Two of these programs may run at once.
  const key = `process-${process.pid}`;
  const version = await store.write(key, 'value', { ifAbsent: true });
  await store.delete(key, { ifVersion: version });
  console.log('worked');
} catch (error) {
  console.log(error.code, error.message);
}
setTimeout(() => {}, Number(ms));
