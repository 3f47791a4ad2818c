import {
  MemoryStorage,
  SessionStorageError,
  type StorageOperationOptions,
  type WriteCondition,
} from 'nestjs-betfair-session';

/** A store of which some objects cannot be reached. */
export class PartlyDownStorage extends MemoryStorage {
  constructor(private readonly isDown: (key: string) => boolean) {
    super();
  }

  override async read(key: string, options?: StorageOperationOptions) {
    this.#assertUp(key);
    return super.read(key, options);
  }

  override async write(key: string, value: string, condition: WriteCondition) {
    this.#assertUp(key);
    return super.write(key, value, condition);
  }

  #assertUp(key: string): void {
    if (this.isDown(key)) throw new SessionStorageError('The store is down.', 'unavailable');
  }
}
