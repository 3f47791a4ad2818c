import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { compiledPackage } from './compiled.js';

const PROGRAM = join('test', 'e2e', 'stores', 'tracing.process.mjs');

/** What the program printed. */
export interface Traced {
  /** Those that the simulator gave out. */
  readonly tokens: readonly string[];
  readonly counts: { readonly logins: number; readonly logouts: number };
  readonly spans: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

/** Runs a program that uses a session from its first login to its logout while OpenTelemetry traces it. */
export async function trace(store: string, url: string): Promise<Traced> {
  const child = spawn(process.execPath, [PROGRAM, compiledPackage(), store, url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  if (code !== 0) throw new Error(`The program ended with ${code}: ${errors}`);
  return JSON.parse(output);
}

/** The forms in which a secret is seen in what is shown: as it is, or as what is printed of its bytes. */
export function seenIn(shown: string, secret: string): string[] {
  const dense = shown.replaceAll(/\s|"\d+":/g, '');
  const lower = dense.toLowerCase();
  const bytes = Buffer.from(secret);
  const forms = {
    text: [secret, encodeURIComponent(secret)],
    hex: [bytes.toString('hex')],
    base64: [0, 1, 2].flatMap((shift) => base64At(bytes, shift)),
    numbers: [bytes.join(',')],
  };
  return Object.entries(forms)
    .filter(([, all]) => all.some((form) => dense.includes(form) || lower.includes(form)))
    .map(([name]) => name);
}

/** The digits that stand for the bytes alone when as many others go before. */
function base64At(bytes: Buffer, before: number): string[] {
  const all = Buffer.concat([Buffer.alloc(before), bytes]);
  const [begin, end] = [before && before + 1, Math.floor((all.length * 8) / 6)];
  return (['base64', 'base64url'] as const).map((code) => all.toString(code).slice(begin, end));
}
