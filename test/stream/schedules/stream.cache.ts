import type {
  MarketChange,
  MarketChangeMessage,
  OrderChangeMessage,
  OrderMarketChange,
} from 'nestjs-betfair-session/stream';

const LADDERS = ['batb', 'batl', 'bdatb', 'bdatl', 'atb', 'atl', 'trd'] as const;

/** A client's knowledge, made of messages alone: values by their path, such as `1.2/47972/atb/3.5`. */
export class StreamCache {
  readonly values = new Map<string, unknown>();

  take(message: MarketChangeMessage | OrderChangeMessage): void {
    if (message.ct === 'SUB_IMAGE') this.values.clear();
    if (message.op === 'mcm') message.mc?.forEach((change) => this.#takeMarket(change));
    else message.oc?.forEach((change) => this.#takeOrders(change));
  }

  #takeMarket({ id, img = false, tv, marketDefinition, rc = [] }: MarketChange): void {
    if (img) this.#forget(id);
    else if (!this.values.has(id)) this.#set(`${id}/change without an image`, true);
    this.#set(id, 'known');
    this.#set(`${id}/tv`, tv);
    this.#set(`${id}/inPlay`, marketDefinition?.['inPlay']);
    for (const { id: runner, ltp, tv: volume, ...ladders } of rc) {
      this.#set(`${id}/${runner}/ltp`, ltp);
      this.#set(`${id}/${runner}/tv`, volume);
      for (const name of LADDERS) this.#setRows(`${id}/${runner}/${name}`, ladders[name]);
    }
  }

  #takeOrders({ id, fullImage = false, orc = [] }: OrderMarketChange): void {
    if (fullImage) this.#forget(id);
    for (const { id: runner, fullImage: isImage = false, uo = [], mb, ml } of orc) {
      const place = `${id}/${runner}`;
      if (isImage) this.#forget(place);
      for (const { id: bet, status, side, p, s, sm, sr, sc } of uo) {
        const order = [side, p, s, sm, sr, sc].join(' ');
        this.#set(`${place}/${bet}`, status === 'E' ? order : null);
      }
      this.#setRows(`${place}/mb`, mb);
      this.#setRows(`${place}/ml`, ml);
    }
  }

  #setRows(place: string, rows: readonly (readonly number[])[] = []): void {
    for (const [key, ...row] of rows) this.#set(`${place}/${key}`, row.at(-1) === 0 ? null : row);
  }

  /** Sets a value, unless it is undefined; null removes it. */
  #set(path: string, value: unknown): void {
    if (value === null) this.values.delete(path);
    else if (value !== undefined) this.values.set(path, value);
  }

  #forget(place: string): void {
    for (const path of this.values.keys()) if (path.startsWith(place)) this.values.delete(path);
  }
}
