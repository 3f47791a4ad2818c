/**
 * Why a mutant survives: by file, with the line of code as it stands and what Stryker put in its place.
 *
 * @type {Record<string, { line: string, to: string[], why: string }[]>}
 */
export const survivors = {
  'lib/identity/certificate/client-certificate.ts': [
    {
      line: 'if (error instanceof BetfairConfigurationError) return { faults: error.faults };',
      to: ['true'],
      why: 'Reading it throws nothing else; the compiler asks.',
    },
  ],
  'lib/identity/certificate/pfx.checks.ts': [
    {
      line: 'socket.destroy();',
      to: [';'],
      why: 'It was never connected, and is forgotten at once.',
    },
    {
      line: 'return certificate ?? `${part.label} holds no certificate.`;',
      to: ['``'],
      why: 'TLS refuses a PFX without a certificate before; the compiler asks.',
    },
  ],
  'lib/identity/identity-reply.ts': [
    {
      line: "if (typeof fields === 'object') return { fields: { ...fields } };",
      to: ['true'],
      why: 'A number or a text has no field of those names either; the compiler asks.',
    },
  ],
  'lib/identity/identity.client.ts': [
    {
      line: 'new BetfairIdentityUnavailableError(`No complete answer within ${requestTimeout} ms.`),',
      to: ['``'],
      why: 'A text that nobody sees: the error that is made of it says the same.',
    },
  ],
  'lib/identity/identity.transport.ts': [
    {
      line: 'if (credentials) return { ca: trusted, ...credentials };',
      to: ['true'],
      why: 'A context for each connection does the same; it only takes longer, and no test measures speed.',
    },
    {
      line: 'contexts.set(key, secureContext);',
      to: [';'],
      why: 'A new context does the same; it only takes longer, and no test measures speed.',
    },
    {
      line: 'return newer.getCACertificates?.() ?? tls.rootCertificates;',
      to: ['newer.getCACertificates()'],
      why: 'The Node that mutation testing needs always has the function.',
    },
  ],
  'lib/interceptor/handler-retry.ts': [
    {
      line: 'return response.headersSent ?? response.raw?.headersSent ?? false;',
      to: ['response.raw.headersSent', 'true'],
      why: 'Express has the first and Fastify the second; only the adapter of another server may have neither.',
    },
  ],
  'lib/interceptor/handler-run.ts': [
    {
      line: 'this.#source?.unsubscribe();',
      to: ['this.#source.unsubscribe'],
      why: 'Only a source that ends while it is being subscribed to is not there yet; Nest has none.',
    },
    {
      line: 'if (this.#over) this.#source?.unsubscribe();',
      to: ['this.#source.unsubscribe'],
      why: 'The source was subscribed to just before; the compiler asks.',
    },
    {
      line: 'if (this.subscriber.closed) return;',
      to: ['false'],
      why: 'Nest calls a handler some ticks after it is subscribed to; that is given up by then.',
    },
    {
      line: 'this.call.scope.decide();',
      to: [';'],
      why: 'A value that is handed out has settled the layers around, which holds them for good.',
    },
  ],
  'lib/interceptor/refresh-failure.ts': [
    {
      line: 'if (!(failure instanceof BetfairSessionError)) return failure;',
      to: ['false'],
      why: 'A refresh fails with nothing else; the compiler asks.',
    },
  ],
  'lib/session/events/certificate-expiry.warning.ts': [
    {
      line: 'if (validTo === undefined || validTo.getTime() - now > NOTICE) return;',
      to: ['false', 'validTo.getTime() - now >= NOTICE'],
      why: 'Without an end it would throw, which ends the check as well; and a millisecond of 30 days.',
    },
    {
      line: 'if (clock.monotonic() < quietUntil) return;',
      to: ['clock.monotonic() <= quietUntil'],
      why: 'A millisecond of a day.',
    },
  ],
  'lib/session/provider/session.cache.ts': [
    {
      line: 'if (this.#held?.session === session) this.#held = { ...this.#held, version };',
      to: ['this.#held.session'],
      why: 'After a logout it would throw, to a caller who ignores failures of this write.',
    },
  ],
  'lib/session/keep-alive/session.keep-alive.ts': [
    {
      line: "if (outcome.type === 'stored') cache.markStored(session, outcome.version);",
      to: ['true'],
      why: 'One that is not stored stays without a version, and one that is superseded is replaced next.',
    },
    {
      line: "if (outcome.type === 'superseded' && cache.alive?.session === session) {",
      to: ['cache.alive.session'],
      why: 'Without a session it would throw, and failures to store one are ignored here.',
    },
  ],
  'lib/session/provider/session.acquisition.ts': [
    {
      line: "return { type: 'unclear', session, error: reply.error };",
      to: ['""'],
      why: 'It is only told from the other ends, and by what they hold; the name is for readers.',
    },
  ],
  'lib/session/session.service.ts': [
    {
      line: 'if (options.certificate) {',
      to: ['true'],
      why: 'No certificate expires at no time; the compiler asks.',
    },
    {
      line: 'if (session !== cache.warm) return session.then((given) => handOut(this.#source, scope, given));',
      to: ['true'],
      why: 'The same session by one more promise; the benchmark shows what that costs.',
    },
    {
      line: 'return session === cache.warm && cache.held ? cache.held.session : session;',
      to: ['false'],
      why: 'The same session by its promise; the benchmark shows what that costs.',
    },
    {
      line: 'if (cache.held) handOut(this.#source, scope, cache.held.session);',
      to: ['true'],
      why: 'What is warm is held; the compiler asks.',
    },
  ],
  'lib/session/session.shutdown.ts': [
    {
      line: '() => closed,',
      to: ['() => undefined'],
      why: 'It ends the wait; nobody sees the error.',
    },
  ],
  'lib/storage/azure/azure.account.ts': [
    {
      line: 'if (connectionString === undefined) return undefined;',
      to: ['false'],
      why: 'No account is found in nothing either; the compiler asks.',
    },
  ],
  'lib/storage/azure/azure.client.ts': [
    {
      line: "if (body === undefined) throw new Error('The reply has no body.');",
      to: ['false'],
      why: 'Reading what is not there fails as well; the compiler asks.',
    },
    {
      line: "if (body === undefined) throw new Error('The reply has no body.');",
      to: ['""'],
      why: 'A text that nobody sees: what a request fails with is told by its code.',
    },
    {
      line: "if (!etag) throw new Error('The reply has no ETag.');",
      to: ['""'],
      why: 'A text that nobody sees: what a request fails with is told by its code.',
    },
  ],
  'lib/storage/remote/remote.attempts.ts': [
    {
      line: 'const tooLate = systemClock.monotonic() + pause >= end;',
      to: ['systemClock.monotonic() + pause > end'],
      why: 'A request without any time left fails as well.',
    },
  ],
  'lib/storage/cloud/cloud.errors.ts': [
    {
      line: 'const known = code !== undefined && Object.hasOwn(words.verdicts, code);',
      to: ['true'],
      why: 'There is no verdict on a code "undefined"; the compiler asks.',
    },
  ],
  'lib/storage/remote/optional.package.ts': [
    {
      line: "const absent = /'([^']+)'/.exec(text(error, 'message') ?? '')?.[1];",
      to: ['"Stryker was here!"'],
      why: 'Either text names no package.',
    },
  ],
  'lib/storage/file/file.directory.ts': [
    {
      line: "await writeNew(probe, '');",
      to: ['"Stryker was here!"'],
      why: 'Nobody reads it.',
    },
  ],
  'lib/storage/file/file.errors.ts': [
    {
      line: 'if (code === undefined || !NO_HARD_LINKS.has(code)) throw error;',
      to: ['false'],
      why: 'No code is none of those; the compiler asks.',
    },
  ],
  'lib/storage/file/file.generations.ts': [
    {
      line: 'if (number === 0) return undefined;',
      to: ['false'],
      why: 'There is no record 0; it saves looking for it.',
    },
    {
      line: "const text = await ifExists(readFile(this.path(String(number)), 'utf8'));",
      to: ['""'],
      why: 'JSON is parsed from bytes as well; the compiler asks.',
    },
    {
      line: 'return text === undefined ? undefined : parse(text);',
      to: ['false'],
      why: 'Nothing is no JSON either; the compiler asks.',
    },
    {
      line: 'return (await ifExists(readdir(this.folder))) ?? [];',
      to: ['["Stryker was here"]'],
      why: 'Names that are none of ours are left alone.',
    },
    {
      line: '} catch {',
      to: ['{}'],
      why: 'What stays undefined is refused by the next line.',
    },
  ],
  'lib/storage/file/file.deletions.ts': [
    {
      line: 'if (await isCopy(trash, expected)) isRemoved = (await remove(trash)) || isRemoved;',
      to: ['(await remove(trash)) && isRemoved'],
      why: 'Whether it took effect is looked up then, and found to be so.',
    },
    {
      line: 'if (copy || expected === null) return copy;',
      to: ['false'],
      why: 'Nothing on its way out has the fingerprint null; it saves looking.',
    },
  ],
  'lib/storage/file/file.object.ts': [
    {
      line: "const prepared = await writeNew(generations.path(temp), value ?? '');",
      to: ['"Stryker was here!"'],
      why: 'Nobody reads the marker of a deletion.',
    },
    {
      line: "return removed && found !== result ? 'abandoned' : 'settled';",
      to: ['""'],
      why: 'What is neither applied nor settled has lost; the name is for readers.',
    },
    {
      line: 'if (result === null) await remove(prepared);',
      to: ['true'],
      why: 'A prepared copy that was renamed is gone already.',
    },
  ],
  'lib/storage/file/file.copy.ts': [
    {
      line: 'return before.mtimeNs === after.mtimeNs && after.size === BigInt(length);',
      to: ['true'],
      why: 'Only where a file system dates coarsely does the size tell more than the time.',
    },
    {
      line: "const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);",
      to: ["createHash('sha256').update(bytes).digest('hex')", '""'],
      why: 'Contents are told apart by the digest in any form and length.',
    },
    {
      line: "if (!['EPERM', 'EBUSY', 'EACCES'].includes(codeOf(error) ?? '')) throw error;",
      to: ['"Stryker was here!"'],
      why: 'Neither text is one of the codes.',
    },
  ],
  'lib/storage/file/file.storage.ts': [
    {
      line: "if (created === undefined || relative(created, this.directory).startsWith('..')) return;",
      to: ["relative(created, this.directory).endsWith('..')"],
      why: 'The way up from a folder of ours begins and ends with "..".',
    },
  ],
  'lib/storage/file/file.temporary.ts': [
    {
      line: 'const isOld = (now: number) => now - changed > abandonedAfterMs;',
      to: ['now - changed >= abandonedAfterMs'],
      why: 'One millisecond of ten minutes.',
    },
    {
      line: "await writeNew(fresh, '');",
      to: ['"Stryker was here!"'],
      why: 'Nobody reads it.',
    },
  ],
  'lib/storage/gcs/gcs.client.ts': [
    {
      line: "const message = text(error, 'message') ?? '';",
      to: ['"Stryker was here!"'],
      why: 'Neither text holds any of those that are looked for.',
    },
    {
      line: "throw new Error('The reply has no generation.');",
      to: ['""'],
      why: 'A text that nobody sees: what a request fails with is told by its code.',
    },
  ],
  'lib/storage/s3/s3.client.ts': [
    {
      line: "if (version === undefined) throw new Error('The reply has no ETag.');",
      to: ['""'],
      why: 'A text that nobody sees: what a request fails with is told by its code.',
    },
    {
      line: "typeof toText === 'function' ? await Reflect.apply(toText, body, []) : undefined;",
      to: ['true'],
      why: 'Calling what is no function fails the request as well; the compiler asks.',
    },
    {
      line: "if (typeof value !== 'string') throw new Error('The reply has no body.');",
      to: ['""'],
      why: 'A text that nobody sees: what a request fails with is told by its code.',
    },
  ],
  'lib/storage/memory/memory.storage.ts': [
    {
      line: 'const version = String(++this.#writes);',
      to: ['--this.#writes'],
      why: 'Counted down, versions differ as well.',
    },
  ],
  'lib/storage/storage.factory.ts': [
    {
      line: 'const open = scheme === undefined ? undefined : SCHEMES[scheme];',
      to: ['false'],
      why: 'No scheme is called undefined; the compiler asks.',
    },
  ],
};
