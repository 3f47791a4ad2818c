// A process that writes what it is told, at the moment at which others are told the same: `node racer.process.mjs <folder
// of the build> <url of the store>`.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [build, url] = process.argv.slice(2);
const { createStorage } = await import(
  pathToFileURL(join(build, 'storage/storage.factory.js')).href
);
const storage = createStorage(url, () => {});
await storage.open();

process.on('message', ({ key, value, condition }) => {
  storage.write(key, value, condition).then(
    (version) => process.send({ version }),
    ({ code, message }) => process.send({ code, message }),
  );
});
// It does not outlive who started it.
process.once('disconnect', () => process.exit());
process.send({});
