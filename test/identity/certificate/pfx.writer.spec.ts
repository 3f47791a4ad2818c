import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { checkClientCertificate } from '../../../lib/identity/certificate/client-certificate.js';
import { writePfx } from '../../../lib/identity/certificate/pfx.writer.js';
import { makeCertificate, type Pair } from '../support/certificates.js';

let pair: Pair;

beforeAll(async () => {
  pair = await makeCertificate();
});

describe('writePfx', () => {
  it.each(['x', 'päss wörd €', 'exactly 31 characters, as wished', 'long '.repeat(40)])(
    'writes a file that TLS opens with %j and with nothing else',
    async (passphrase) => {
      const pfx = writePfx(pair, passphrase);
      const now = new Date();
      const { validTo } = new X509Certificate(pair.cert);
      expect(await checkClientCertificate({ pfx, passphrase }, now)).toEqual({
        faults: [],
        validTo: new Date(validTo),
      });
      expect(() => createSecureContext({ pfx, passphrase: `${passphrase}x` })).toThrow(
        'mac verify failure',
      );
      expect(pfx.includes('PRIVATE KEY')).toBe(false);
    },
  );

  it('writes another file each time, so that equal passphrases do not show', () => {
    expect(writePfx(pair, 'same')).not.toEqual(writePfx(pair, 'same'));
  });
});
