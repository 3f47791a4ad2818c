import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Interval } from '@nestjs/schedule';
import { type BetfairSessionOptions, getSessionOptionsToken } from 'nestjs-betfair-session';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Knows when the client certificate expires, if it is PEM. Of any certificate the package warns in its log. */
@Injectable()
export class CertificateService implements OnApplicationBootstrap {
  #expiry: Date | undefined;

  constructor(private readonly moduleRef: ModuleRef) {}

  /** Whole days until it expires; negative once it has. */
  get days(): number | undefined {
    return this.#expiry && Math.floor((this.#expiry.getTime() - Date.now()) / DAY_MS);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.read();
  }

  /** Reads it again, because a file may be replaced at any time. */
  @Interval(HOUR_MS)
  async read(): Promise<void> {
    const token = getSessionOptionsToken();
    const options = this.moduleRef.get<BetfairSessionOptions>(token, { strict: false });
    // A file that cannot be read says nothing of the certificate that is in use.
    this.#expiry = await expiryOf(options).catch(() => this.#expiry);
  }
}

async function expiryOf({ certificate }: BetfairSessionOptions): Promise<Date | undefined> {
  if (certificate === undefined || typeof certificate === 'function') return undefined;
  if ('pfx' in certificate) return undefined;
  const source = 'pem' in certificate ? certificate.pem : certificate.cert;
  const isText = typeof source === 'string' || Buffer.isBuffer(source);
  return new Date(new X509Certificate(isText ? source : await readFile(source.file)).validTo);
}
