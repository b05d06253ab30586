/** One figure of a bench, in the JSON form of `npm run bench`. */
export interface BenchRow {
  readonly row: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** The same figure of the reference, measured in the same run; null where there is none. */
  readonly reference: number | null;
  /** value / reference. */
  readonly ratio: number | null;
  readonly samples: number;
}

export function benchRow(
  row: string,
  metric: string,
  value: number,
  unit: string,
  reference: number | null,
  samples: number,
): BenchRow {
  return {
    row,
    metric,
    value,
    unit,
    reference,
    ratio: reference === null || reference === 0 ? null : value / reference,
    samples,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
