// A process that uses FileStorage; see file-workers.ts. Plain JavaScript, so that Node runs it as it is.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const { build, directory, key, job } = JSON.parse(process.argv[2]);

// Synchronous: what was reported stays reported when the process is killed next.
const report = (message) => fs.writeSync(1, `${JSON.stringify(message)}\n`);

const kindOf = (path) => {
  const name = path.split('/').at(-1);
  if (/^[0-9]+$/.test(name)) return 'record';
  if (name.endsWith('.versions')) return 'folder';
  return /^(tmp|trash)-/.exec(name)?.[1] ?? (path === directory ? 'directory' : name);
};

const calls = [];
let watching = false;
for (const name of ['link', 'mkdir', 'open', 'readFile', 'readdir', 'rename', 'stat', 'unlink']) {
  const original = fs.promises[name];
  fs.promises[name] = async (...parameters) => {
    const fault = job.errors?.[name];
    if (fault) throw Object.assign(new Error(`${fault}: injected, ${name}`), { code: fault });
    if (watching) {
      calls.push([name, ...parameters.filter((p) => typeof p === 'string').map(kindOf)].join(' '));
      const signal = job.signals?.[calls.length];
      if (signal) process.kill(process.pid, signal);
    }
    if (Math.random() < (job.sleepiness ?? 0)) {
      report({ sleeps: true });
      process.kill(process.pid, 'SIGSTOP');
    }
    return original.apply(fs.promises, parameters);
  };
}
if (job.missing) {
  // As under Yarn's Plug'n'Play, whose own file handles do not have them all.
  const handle = await fs.promises.open(process.execPath);
  await handle.close();
  for (const method of job.missing) {
    Object.getPrototypeOf(handle)[method] = () => {
      throw new Error('Method not implemented.');
    };
  }
}
syncBuiltinESMExports();

const { FileStorage } = await import(pathToFileURL(`${build}/storage/file/file.storage.js`).href);
const storage = new FileStorage({ directory });

const isConflict = (error) => error.code === 'BETFAIR_STORAGE_CONFLICT';

const jobs = {
  async open() {
    await storage.open();
    report({ result: 'done' });
  },

  /** One write or deletion of the current version, every file system call of which can be interrupted. */
  async change() {
    const before = await storage.read(key);
    watching = true;
    try {
      if (job.value === undefined) await storage.delete(key, { ifVersion: before.version });
      else {
        const condition = before ? { ifVersion: before.version } : { ifAbsent: true };
        await storage.write(key, job.value, condition);
      }
      report({ result: 'done', calls });
    } catch (error) {
      if (!isConflict(error)) throw error;
      report({ result: 'conflict', calls });
    }
  },

  /** Adds one to its own entry for ever. Nobody else writes that entry, so it must always be what this one wrote. */
  async count() {
    let mine;
    for (;;) {
      const stored = await storage.read(key);
      const counters = JSON.parse(stored.value);
      const found = counters[job.id] ?? 0;
      if (mine !== undefined && found !== mine) {
        report({ violation: `${job.id} found ${found} instead of ${mine}` });
      }
      try {
        const value = JSON.stringify({ ...counters, [job.id]: found + 1 });
        await storage.write(key, value, { ifVersion: stored.version });
        mine = found + 1;
        report({ id: job.id, count: mine });
      } catch (error) {
        if (!isConflict(error)) throw error;
        mine = found;
        await delay(Math.random() * 10);
      }
    }
  },

  /** Replaces for ever whatever is there, and tells which version it replaced by which. */
  async replace() {
    for (;;) {
      const replaced = (await storage.read(key)).version;
      try {
        const made = await storage.write(key, `written by ${process.pid}`, { ifVersion: replaced });
        report({ replaced, made });
      } catch (error) {
        if (!isConflict(error)) throw error;
        await delay(Math.random() * 10);
      }
    }
  },

  /** Writes what it is told, at the moment at which others are told the same. */
  async race() {
    process.on('message', ({ key: of, value, condition }) => {
      storage.write(of, value, condition).then(
        (version) => report({ result: 'done', version }),
        (error) => {
          if (isConflict(error)) report({ result: 'conflict' });
          else report({ result: 'error', code: error.code, message: error.message });
        },
      );
    });
    report({ result: 'done' });
  },

  /** Reads for ever, in turn through the store and as another program reads the file. */
  async watch() {
    let newest = { stored: 0, raw: 0 };
    for (let reads = 1; ; reads++) {
      const texts = {
        raw: await fs.promises.readFile(`${directory}/${key}`, 'utf8'),
        stored: (await storage.read(key))?.value,
      };
      for (const [how, text] of Object.entries(texts)) {
        let sum;
        try {
          sum = Object.values(JSON.parse(text)).reduce((total, count) => total + count, 0);
        } catch {
          report({ violation: `${how}: torn, empty or absent` });
          continue;
        }
        if (sum < newest[how]) report({ violation: `${how}: ${sum} after ${newest[how]}` });
        newest[how] = sum;
      }
      // Published before it was read through the store, so never older there.
      if (newest.stored < newest.raw) report({ violation: 'the store is behind the file' });
      report({ reads });
    }
  },
};

try {
  await jobs[job.name]();
} catch (error) {
  report({ result: 'error', code: error.code, message: error.message });
}
