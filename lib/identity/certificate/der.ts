/** First byte of an element, for each kind. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectId: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** A context tag that holds bytes as they are. */
const PRIMITIVE = 0x80;
/** A context tag that holds elements. */
const CONSTRUCTED = 0xa0;

/** Writes one element of ASN.1 in DER: kind, length, content. */
function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body), body]);
}

/** Writes the length of a body: one byte below 128, else the number of the bytes and the bytes. */
function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = bytesOf(length);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

/** Bytes of a number, the most significant first. */
export function bytesOf(number: number): number[] {
  return number < 0x100 ? [number] : [...bytesOf(Math.floor(number / 0x100)), number % 0x100];
}

export function sequence(...elements: readonly Buffer[]): Buffer {
  return element(TAG.sequence, ...elements);
}

export function setOf(...elements: readonly Buffer[]): Buffer {
  return element(TAG.set, ...elements);
}

export function boolean(value: boolean): Buffer {
  return element(TAG.boolean, Buffer.from([value ? 0xff : 0x00]));
}

/** Writes a number that is not negative, from its bytes. */
export function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const significant = first === -1 ? Buffer.from([0]) : bytes.subarray(first);
  // A first bit that is set would be a minus sign.
  const isNegative = ((significant[0] ?? 0) & 0x80) !== 0;
  return element(TAG.integer, Buffer.from(isNegative ? [0] : []), significant);
}

export function nothing(): Buffer {
  return element(TAG.null);
}

export function octetString(bytes: Buffer): Buffer {
  return element(TAG.octetString, bytes);
}

/** Writes whole bytes as a string of bits. */
export function bitString(bytes: Buffer): Buffer {
  return element(TAG.bitString, Buffer.from([0]), bytes);
}

/** Writes named bits, at most eight, without those after the last one that is set. */
export function namedBits(...bits: readonly number[]): Buffer {
  const byte = bits.reduce((sum, bit) => sum | (0x80 >> bit), 0);
  const unused = 7 - Math.max(...bits);
  return element(TAG.bitString, Buffer.from([unused, byte]));
}

/** Writes an object identifier, such as `2.5.29.15`. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(TAG.objectId, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** Splits a number into groups of seven bits; the top bit of each byte says that another follows. */
function base128(number: number): number[] {
  const higher = Math.floor(number / 0x80);
  const bytes = higher === 0 ? [] : base128(higher).map((byte) => byte | 0x80);
  return [...bytes, number % 0x80];
}

export function utf8(text: string): Buffer {
  return element(TAG.utf8, Buffer.from(text));
}

/** Writes a time to the second, in the form that X.509 requires for its year. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? element(TAG.utcTime, Buffer.from(`${digits.slice(2)}Z`))
    : element(TAG.generalizedTime, Buffer.from(`${digits}Z`));
}

/** Writes elements under a context tag. */
export function tagged(number: number, ...elements: readonly Buffer[]): Buffer {
  return element(CONSTRUCTED | number, ...elements);
}

/** Writes bytes under a context tag that replaces their own. */
export function taggedBytes(number: number, bytes: Buffer): Buffer {
  return element(PRIMITIVE | number, bytes);
}
