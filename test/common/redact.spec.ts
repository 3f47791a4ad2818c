import { hidesSecret, redact } from '../../lib/common/redact.js';

const SECRET = 'aB3+/xyz=';

describe('redact', () => {
  it.each([
    ['as it is', SECRET],
    ['in another case', SECRET.toUpperCase()],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in a URL in a URL', encodeURIComponent(encodeURIComponent(SECRET))],
    ['in HTML', 'aB3&#x2B;&#47;xyz&#61;'],
    ['in HTML, by name', 'aB3&plus;&sol;xyz&equals;'],
    ['in several forms', 'aB3%252b&#47;xyz&equals;'],
    ['in JSON', 'aB3+\\/xyz='],
    ['in JSON, by number', 'aB3\\u002b\\u002Fxyz\\u003d'],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in hexadecimal', Buffer.from(SECRET).toString('hex')],
    ['without its padding', 'aB3+/xyz'],
    ['in the alphabet of URLs', 'aB3-_xyz'],
    ['in base64 for URLs', Buffer.from(SECRET).toString('base64url')],
  ])('takes out a secret %s', (_, text) => {
    expect(redact(`before ${text} after`, [SECRET])).toMatch(/^before \[redacted\]\S{0,2} after$/);
  });

  it.each([1, 2, 3, 4])(
    'takes out a secret in base64 of a text, behind %i other bytes',
    (count) => {
      const text = Buffer.from(`${'x'.repeat(count)}${SECRET}yyyy`);
      for (const form of ['base64', 'base64url'] as const) {
        expect(redact(text.toString(form), [SECRET])).toMatch(/^e\S{1,5}\[redacted\]\S{6,9}$/);
      }
    },
  );

  it('removes spaces, accents and emoji as a form, a URL or JSON escapes them', () => {
    const password = 'pässword 1 😀+';
    const form = new URLSearchParams({ password }).toString();
    const echoes = [form, encodeURIComponent(password), encodeURI(encodeURI(password))];
    const json = JSON.stringify(password).replaceAll(
      /[^\x20-\x7e]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    for (const echo of [...echoes, json])
      expect(redact(echo, [password])).toMatch(/\[redacted\]"?$/);
  });

  it('takes out backslashes, escaped once or twice, and does not try every way to count them', () => {
    const secret = `${'\\'.repeat(8)}x`;
    const escaped = JSON.stringify(secret).slice(1, -1);
    const twice = JSON.stringify(escaped).slice(1, -1);
    for (const echo of [secret, escaped, twice]) {
      expect(redact(echo, [secret])).toMatch(/^\\*\[redacted\]$/);
    }
    const begun = process.cpuUsage();
    expect(redact('\\'.repeat(2_000), [secret])).not.toContain('redacted');
    // Seconds of minutes: it took half a minute for forty.
    expect(process.cpuUsage(begun).user).toBeLessThan(20_000_000);
  });

  it('takes out each of several, every time, and nothing else', () => {
    expect(redact('a one b two c one', ['one', 'two', ''])).toBe(
      'a [redacted] b [redacted] c [redacted]',
    );
    expect(redact('a.b', ['axb'])).toBe('a.b');
  });

  it.each([
    ['of which one holds another', ['punter', 'punter7secret'], 'x punter7secret y'],
    [
      'of which one holds another, the other way round',
      ['punter7secret', 'punter'],
      'x punter7secret y',
    ],
    ['that overlap', ['abcdef', 'defghi'], 'x abcdefghi y'],
    ['that are in what stands in their place', ['secret', 'redacted', 'acte'], 'x secret y'],
  ])('takes out secrets %s', (_, secrets, text) => {
    expect(redact(text, secrets)).toBe('x [redacted] y');
  });

  it('takes out a two-factor code wherever it is', () => {
    expect(redact('x471108y', ['471108'])).toBe('x[redacted]y');
  });

  it.each([
    [
      'ed',
      'user=ed&x ed "ED" e%64 ed_x',
      'user=[redacted]&x [redacted] "[redacted]" [redacted] [redacted]_x',
    ],
    ['ed', 'reded edge ed7 7ed', 'reded edge ed7 7ed'],
    ['a', 'a page at a/b', '[redacted] page at [redacted]/b'],
  ])('takes out a short secret (%j) only where it stands alone: %j', (secret, text, shown) => {
    expect(redact(text, [secret])).toBe(shown);
  });

  it.each(['\\', '%25', '&#0', 'aB3\\'])('deals with a megabyte of %j', (piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    expect(redact(text, [SECRET])).toBe(text);
    expect(redact(text + SECRET, [SECRET])).toMatch(/\[redacted\]$/);
  });
});

describe('a code', () => {
  it.each([
    ['of the letters of a secret', 'PLANTEDKEYWORD'],
    ['that contains it', 'INVALID_PLANTEDKEYWORD'],
    ['that spells it', 'BAD_PLANTED_KEY_WORD'],
    ['that is its beginning', 'PLANTEDKEY'],
  ])('%s is not shown', (_, code) => {
    expect(hidesSecret(code, ['plantedKeyword'])).toBe(true);
  });

  it('of other letters is', () => {
    expect(hidesSecret('A_CODE_OF_NEXT_YEAR', ['plantedKeyword'])).toBe(false);
  });
});
