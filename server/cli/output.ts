/** What verbs print: lines and tables for people, one JSON document for programs. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
/** Progress and remarks: apart from what a program reads. */
export const remark = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
export const sayJson = (value: unknown): void => say(JSON.stringify(value, null, 2));

/** Columns as wide as their widest cell; the last one is not padded. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [line(headings), ...rows.map(line)].join('\n');
}
