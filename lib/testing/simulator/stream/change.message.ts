/** Markets in one segment: few, so that tests meet segments. */
const SEGMENT_MARKETS = 3;

/** The members that every segment of a change has, beside `op`. */
export interface ChangeHeader {
  readonly id?: number;
  readonly ct?: 'SUB_IMAGE' | 'RESUB_DELTA';
  readonly heartbeatMs?: number;
  readonly conflateMs?: number;
  readonly pt: number;
}

/** Texts for resuming; a client has them with the last segment only, so that it cannot go on from a half. */
export interface ChangeClocks {
  readonly initialClk?: string;
  readonly clk: string;
}

/** Writes changes as one message, or as segments if they are of more markets than go into one. */
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
