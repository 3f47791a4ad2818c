/** Number of markets in one segment: few, so that tests get segments. */
const SEGMENT_MARKETS = 3;

/** Members of every segment of a change, beside `op`. */
export interface ChangeHeader {
  readonly id?: number;
  readonly ct?: 'SUB_IMAGE' | 'RESUB_DELTA';
  readonly heartbeatMs?: number;
  readonly conflateMs?: number;
  readonly pt: number;
}

/** Clocks. Only the last segment has them, so that a client cannot resume from half a change. */
export interface ChangeClocks {
  readonly initialClk?: string;
  readonly clk: string;
}

/** Writes changes as one message, or as segments if there are too many markets. */
export function changeMessages(
  op: 'mcm' | 'ocm',
  header: ChangeHeader,
  clocks: ChangeClocks,
  changes: readonly object[],
  isSegmented: boolean,
): readonly object[] {
  const member = op === 'mcm' ? 'mc' : 'oc';
  const size = isSegmented ? SEGMENT_MARKETS : Infinity;
  if (changes.length <= size) {
    return [{ op, ...header, ...clocks, ...(changes.length > 0 && { [member]: changes }) }];
  }
  const count = Math.ceil(changes.length / size);
  return Array.from({ length: count }, (_, index) => {
    const isLast = index === count - 1;
    return {
      op,
      ...header,
      ...(isLast && clocks),
      segmentType: index === 0 ? 'SEG_START' : isLast ? 'SEG_END' : 'SEG',
      [member]: changes.slice(index * size, (index + 1) * size),
    };
  });
}
