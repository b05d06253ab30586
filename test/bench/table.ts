import type { BenchRow } from './row.js';

const figure = (value: number | null): string => {
  if (value === null) return '–';
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(1) : value.toPrecision(3);
};

/** Rows as aligned text columns. */
export function tableOf(rows: readonly BenchRow[]): string {
  const head = ['row', 'metric', 'value', 'unit', 'reference', 'ratio', 'samples'];
  const lines = rows.map((row) => [
    row.row,
    row.metric,
    figure(row.value),
    row.unit,
    figure(row.reference),
    figure(row.ratio),
    String(row.samples),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]!.length)));
  const rightAligned = new Set([2, 4, 5, 6]);
  const pad = (line: readonly string[]): string =>
    line
      .map((cell, column) => (rightAligned.has(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [pad(head), ...lines.map(pad)].join('\n');
}
