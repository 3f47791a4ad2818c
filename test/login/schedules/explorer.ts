interface Decision {
  readonly options: number;
  taken: number;
}

/** Goes depth-first through everything that a schedule may decide. A state that was met before is not left again. */
export class Explorer {
  #path: Decision[] = [];
  #depth = 0;
  readonly #met = new Set<string>();

  /** States from which every option was taken. */
  get states(): number {
    return this.#met.size;
  }

  /**
   * Takes one of several options.
   *
   * @param state tells states apart of which the future may differ
   * @returns the index of the option; `undefined` if the state was met in another schedule
   */
  choose(options: number, state: () => string): number | undefined {
    const decided = this.#path[this.#depth];
    if (decided !== undefined) {
      if (decided.options !== options) throw new Error('The same schedule went another way.');
      this.#depth += 1;
      return decided.taken;
    }
    const key = state();
    if (this.#met.has(key)) return undefined;
    this.#met.add(key);
    this.#path.push({ options, taken: 0 });
    this.#depth += 1;
    return 0;
  }

  /** Goes on to the next schedule; `false`: there is none. */
  next(): boolean {
    this.#depth = 0;
    for (;;) {
      const last = this.#path.pop();
      if (last === undefined) return false;
      if (last.taken + 1 < last.options) {
        this.#path.push({ ...last, taken: last.taken + 1 });
        return true;
      }
    }
  }
}
