import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import {
  type DeleteCondition,
  FileStorage,
  type SessionStorage,
  type StorageOperationOptions,
  type StoredValue,
  type WriteCondition,
} from 'nestjs-betfair-session';

/** Files that are useless without the key. */
export class EncryptedStorage implements SessionStorage {
  readonly #files: SessionStorage;

  /** @param secret - 32 bytes */
  constructor(
    directory: string,
    private readonly secret: Buffer,
  ) {
    if (secret.length !== 32) throw new Error('The secret of the session store has 32 bytes.');
    this.#files = new FileStorage({ directory });
  }

  get location() {
    return this.#files.location;
  }

  get shared() {
    return this.#files.shared;
  }

  get conditionalWrites() {
    return this.#files.conditionalWrites;
  }

  async open() {
    await this.#files.open?.();
  }

  async close() {
    await this.#files.close?.();
  }

  async read(key: string, options?: StorageOperationOptions): Promise<StoredValue | undefined> {
    const stored = await this.#files.read(key, options);
    return stored && { value: this.#decrypt(stored.value), version: stored.version };
  }

  write(
    key: string,
    value: string,
    condition: WriteCondition,
    options?: StorageOperationOptions,
  ): Promise<string> {
    return this.#files.write(key, this.#encrypt(value), condition, options);
  }

  delete(
    key: string,
    condition: DeleteCondition,
    options?: StorageOperationOptions,
  ): Promise<void> {
    return this.#files.delete(key, condition, options);
  }

  #encrypt(text: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.secret, iv);
    const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64');
  }

  /** What cannot be decrypted is reported as empty: the session is then replaced by a login. */
  #decrypt(stored: string): string {
    try {
      const bytes = Buffer.from(stored, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', this.secret, bytes.subarray(0, 12), {
        authTagLength: 16,
      });
      decipher.setAuthTag(bytes.subarray(12, 28));
      return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      return '';
    }
  }
}
