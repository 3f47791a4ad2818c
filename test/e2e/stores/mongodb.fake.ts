import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { BSON } from 'mongodb';

type Fields = Record<string, unknown>;

/** What is looked at of a command. */
interface Command {
  lsid?: unknown;
  txnNumber?: unknown;
  readConcern?: { level: string };
  writeConcern?: { w: string };
  filter?: Fields;
  documents?: Fields[];
  updates?: { q: Fields; u: { $set: Fields } }[];
  deletes?: { q: Fields }[];
}

const OP_MSG = 2013;
const HEADER = 16;
const MORE_TO_COME = 2;
const DUPLICATE_KEY = 11_000;

/**
 * The part of a MongoDB replica set of one member that the recipe uses: find, insert, update and delete by equality,
 * duplicate keys, and retryable writes, which it carries out once. A read or write that does not ask for a majority is
 * refused.
 */
export class MongoFake {
  readonly #documents = new Map<unknown, Fields>();
  /** Answers of retryable writes, by session and transaction. */
  readonly #answers = new Map<string, Fields>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#serve(socket));
  #losing = 0;
  #denying = false;

  static async start(): Promise<MongoFake> {
    const fake = new MongoFake();
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  get #host(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The fake is closed.');
    return `127.0.0.1:${address.port}`;
  }

  get url(): string {
    return `mongodb://${this.#host}/bot?replicaSet=fake`;
  }

  /** Carries out the next write and cuts the line instead of answering. */
  loseAnswer(): void {
    this.#losing++;
  }

  /** Refuses everything like a user without rights. */
  deny(denying: boolean): void {
    this.#denying = denying;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    let received = Buffer.alloc(0);
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (piece) => {
      received = Buffer.concat([received, piece]);
      while (received.length >= HEADER && received.length >= received.readInt32LE(0)) {
        const message = received.subarray(0, received.readInt32LE(0));
        received = received.subarray(message.length);
        this.#take(socket, message);
      }
    });
  }

  #take(socket: Socket, message: Buffer): void {
    const command = commandOf(message);
    const answer = this.#answerOnce(command);
    if (command.txnNumber !== undefined && this.#losing > 0) {
      this.#losing--;
      socket.destroy();
      return;
    }
    if ((message.readUInt32LE(HEADER) & MORE_TO_COME) === 0) socket.write(reply(message, answer));
  }

  #answerOnce(command: Command): Fields {
    if (command.txnNumber === undefined) return this.#answer(command);
    const id = BSON.EJSON.stringify([command.lsid, command.txnNumber]);
    const answer = this.#answers.get(id) ?? this.#answer(command);
    this.#answers.set(id, answer);
    return answer;
  }

  #answer(command: Command): Fields {
    if ('hello' in command || 'ismaster' in command) return this.#hello();
    if ('ping' in command || 'endSessions' in command) return { ok: 1 };
    if (this.#denying) return failure(13, 'Unauthorized');
    const { readConcern, writeConcern, filter, documents, updates, deletes } = command;
    if ((readConcern?.level ?? writeConcern?.w) !== 'majority') return failure(9, 'FailedToParse');
    if (filter) {
      const firstBatch = this.#matching(filter);
      return { ok: 1, cursor: { id: BSON.Long.ZERO, ns: 'bot.fake', firstBatch } };
    }
    for (const document of documents ?? []) return this.#insert(document);
    for (const { q, u } of updates ?? []) {
      const found = this.#matching(q);
      for (const document of found) Object.assign(document, u.$set);
      return { ok: 1, n: found.length, nModified: found.length };
    }
    for (const { q } of deletes ?? []) {
      const found = this.#matching(q);
      for (const { _id } of found) this.#documents.delete(_id);
      return { ok: 1, n: found.length };
    }
    return failure(59, 'CommandNotFound');
  }

  #insert(document: Fields): Fields {
    const id = document['_id'];
    if (this.#documents.has(id)) {
      const errmsg = `E11000 duplicate key error collection: bot.fake index: _id_ dup key: { _id: ${JSON.stringify(id)} }`;
      return { ok: 1, n: 0, writeErrors: [{ index: 0, code: DUPLICATE_KEY, errmsg }] };
    }
    this.#documents.set(id, document);
    return { ok: 1, n: 1 };
  }

  #matching(filter: Fields): Fields[] {
    return [...this.#documents.values()].filter((document) =>
      Object.entries(filter).every(([name, value]) => document[name] === value),
    );
  }

  #hello(): Fields {
    const me = this.#host;
    return {
      ok: 1,
      helloOk: true,
      isWritablePrimary: true,
      ismaster: true,
      setName: 'fake',
      setVersion: 1,
      hosts: [me],
      primary: me,
      me,
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      logicalSessionTimeoutMinutes: 30,
      minWireVersion: 0,
      maxWireVersion: 21,
    };
  }
}

function failure(code: number, codeName: string): Fields {
  return { ok: 0, code, codeName, errmsg: codeName };
}

/** The command of an OP_MSG with its sequences of documents, or of the OP_QUERY that a driver greets with. */
function commandOf(message: Buffer): Command {
  const command: Command = {};
  if (message.readInt32LE(12) !== OP_MSG) return Object.assign(command, { ismaster: 1 });
  for (let at = HEADER + 4; at < message.length;) {
    const size = message.readInt32LE(at + 1);
    const section = message.subarray(at + 1, at + 1 + size);
    if (message[at] === 0) Object.assign(command, BSON.deserialize(section));
    else {
      const name = section.subarray(4, section.indexOf(0, 4)).toString();
      Object.assign(command, { [name]: documentsOf(section.subarray(4 + name.length + 1)) });
    }
    at += 1 + size;
  }
  return command;
}

function documentsOf(bytes: Buffer): Fields[] {
  const documents: Fields[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at)) {
    documents.push(BSON.deserialize(bytes.subarray(at, at + bytes.readInt32LE(at))));
  }
  return documents;
}

function reply(request: Buffer, answer: Fields): Buffer {
  const body = BSON.serialize(answer);
  const isMessage = request.readInt32LE(12) === OP_MSG;
  // OP_MSG: flags and the kind of the section; OP_REPLY: flags, cursor, start and number of documents.
  const head = Buffer.alloc(isMessage ? HEADER + 5 : HEADER + 20);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(request.readInt32LE(4), 8);
  head.writeInt32LE(isMessage ? OP_MSG : 1, 12);
  if (!isMessage) head.writeInt32LE(1, HEADER + 16);
  return Buffer.concat([head, body]);
}
