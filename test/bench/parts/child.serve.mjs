// The process of a child; see child.mjs.
import { pathToFileURL } from 'node:url';

const [file] = process.argv.slice(2);
const { start, answer } = await import(pathToFileURL(file).href);
const [parameters] = await new Promise((resolve) => {
  process.once('message', (...message) => resolve(message));
});
process.send((await start(parameters)) ?? null);
process.on('message', (question) => {
  void (async () => process.send(await answer(question)))();
});
// It does not outlive who started it.
process.once('disconnect', () => process.exit());
