// A foreign program, or a person, that edits what is stored: the token and the record beside it.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { request } from 'node:https';
import { readIfThere } from './ledger.mjs';

export class Intruder {
  /** What it wrote. */
  texts = new Set();
  /** Its edits that may make two logins overlap: `{ at, of }`, of the `token` or the `lease`. */
  edits = [];

  constructor(simulator, paths, random) {
    this.simulator = simulator;
    this.paths = paths;
    this.random = random;
  }

  /** Set once there is one. */
  ledger;

  /** Does one thing to the stored token. */
  async editToken(how) {
    const { ledger } = this;
    ledger.look();
    // Of those that were there to be seen.
    const known = [...ledger.issued].filter(([, { isStored }]) => isStored);
    const tokens = known.map(([token]) => token);
    const alive = tokens.filter((token) => ledger.isAlive(token));
    const dead = tokens.filter((token) => !ledger.isAlive(token));
    switch (how) {
      case 'deleted':
        return this.#delete(this.paths.token, 'stored token deleted');
      case 'older token':
        return dead.length > 0 && this.#write(this.random.pick(dead), how);
      case 'live token':
        return alive.length > 0 && this.#write(`${this.random.pick(alive)}\n`, how);
      case 'foreign login':
        return this.#write(await this.#logIn(), how);
      case 'half a token':
        return alive.length > 0 && this.#write(alive[0].slice(0, 20), how);
      default:
        return this.#write(
          this.random.pick(['', ' ', '\u0000\u0001', 'two words', 'x'.repeat(5_000)]),
          how,
        );
    }
  }

  /** Does one thing to the record of the lease. */
  editLease(how) {
    const { random } = this;
    this.edits.push({ at: Date.now(), of: 'lease' });
    if (how === 'deleted') return this.#delete(this.paths.lease, 'lease deleted');
    const text = random.pick(['', '{"account":', 'null', '[]', '\u0000', '{"holder":{"id":1}}']);
    this.texts.add(text);
    this.ledger.note(`lease overwritten by ${JSON.stringify(text)}`);
    writeFileSync(this.paths.lease, text);
  }

  /** In place, as any program does that knows nothing of the library. */
  #write(text, how) {
    const { ledger, paths } = this;
    ledger.look();
    const before = readIfThere(paths.token);
    this.texts.add(text);
    writeFileSync(paths.token, text);
    this.#note(before, text, `stored token overwritten: ${how}`);
  }

  /** By way of another name, so that it is known what was deleted. */
  #delete(path, what) {
    this.ledger.look();
    const grave = `${this.paths.directory}/deleted-by-chaos`;
    try {
      renameSync(path, grave);
    } catch (error) {
      if (error.code === 'ENOENT') return;
      throw error;
    }
    const before = readIfThere(grave);
    rmSync(grave);
    if (path === this.paths.token) this.#note(before, undefined, what);
    else this.ledger.note(what);
  }

  #note(before, after, what) {
    const { ledger } = this;
    const isDestroyed = ledger.isAlive(before) && !ledger.isAlive(after);
    this.edits.push({ at: Date.now(), of: 'token' });
    ledger.note(
      `${what}${isDestroyed ? ` (it was alive: ${ledger.nameOf(before.trimEnd())})` : ''}`,
    );
    if (isDestroyed) ledger.destroyed();
  }

  async #logIn() {
    const { endpoints, certificate, ca, username, password, applicationKey } =
      this.simulator.options();
    const headers = {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'x-application': applicationKey,
    };
    const options = { method: 'POST', headers, ca, agent: false, ...certificate };
    const outgoing = request(endpoints.certLogin, options);
    outgoing.end(new URLSearchParams({ username, password }).toString());
    const [response] = await once(outgoing, 'response');
    const chunks = await response.toArray();
    return JSON.parse(Buffer.concat(chunks).toString('utf8')).sessionToken;
  }
}
