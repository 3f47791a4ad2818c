/** End of a sentence about a file in UTF-16, and what to do. */
export const IS_UTF16 = 'is UTF-16, as Windows PowerShell writes text. Save it as ASCII or UTF-8.';

/** Tells if a text is UTF-16, by its mark or by the zeros in its first characters. */
export function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  const isMarked =
    (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || first === 0;
  return bytes.length > 3 && (isMarked || second === 0);
}
