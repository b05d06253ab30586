import { registryOf } from '../declarations.js';
import { errorRegistry } from '../errors/registry.js';
import type { ParamDescriptor } from '../protocol/descriptors.js';
import { stableAddressSpace } from './address-space.js';
import { wantedOf } from './validate.js';

/** Everything that is written from the declarations, by path in the project. A test compares it with what is committed. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    'docs/generated/parameters.md': parametersTable(),
    'docs/generated/errors.md': errorsTable(),
  };
}
/** The promise to consoles; see test/protocol/README.md for when it may change. */
export const stableFile = 'test/protocol/address-space.stable.json';

export const stableText = (): string => JSON.stringify(stableAddressSpace(registryOf([]).declared), null, 2) + '\n';

interface Placed {
  readonly scope: string;
  readonly group: string;
  readonly name: string;
}
const addressCell = ({ scope, group, name }: Placed): string =>
  `\`/understudy/${scope === 'show' ? 'show' : `${scope}/‹id›`}/${group}/${name}\``;
const table = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const show = (descriptor: ParamDescriptor): string =>
  descriptor.kind === 'toggle' ? (descriptor.default ? 'on' : 'off') : String(descriptor.default) || '(empty)';

function parametersTable(): string {
  const { descriptors, actionDescriptors, meterDescriptors } = registryOf([]);
  const unitOf = (unit: string): string => (unit === 'none' ? '' : `, ${unit}`);
  const rows = descriptors.map((descriptor) => [
    addressCell(descriptor),
    wantedOf(descriptor) + (descriptor.kind === 'number' ? unitOf(descriptor.unit) : ''),
    show(descriptor),
    descriptor.kind === 'number' ? descriptor.onOutOfRange : 'refuse',
    descriptor.apply,
    descriptor.help,
  ]);
  const actions = actionDescriptors.map((descriptor) => [
    addressCell(descriptor),
    descriptor.argument === null
      ? 'nothing; a 0 is a button let go'
      : `${wantedOf(descriptor.argument)}${descriptor.argumentOptional ? ', or nothing' : ''}`,
    descriptor.help,
  ]);
  const meters = meterDescriptors.map((descriptor) => [
    addressCell(descriptor),
    descriptor.holds + unitOf(descriptor.unit),
    descriptor.help,
  ]);
  return `# Parameters, actions, meters

Generated from the declarations by \`npm run generate\`; do not edit. The same addresses serve OSC, HTTP (\`/params\`), the
WebSocket and the page. ‹id› is the id of a camera in the show file. Nothing here can switch the label off.

| Address | Takes | Default | Beyond the range | Applies | What you see |
|---|---|---|---|---|---|
${table(rows)}

## Actions

Written to, they do something; they hold no value.

| Address | Takes | What happens |
|---|---|---|
${table(actions)}

## Meters

Read, never written.

| Address | Holds | What it says |
|---|---|---|
${table(meters)}
`;
}

function errorsTable(): string {
  const rows = Object.entries(errorRegistry)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, entry]) => `| \`${code}\` | ${entry.severity} | ${cell(entry.message)} | ${cell(entry.advice)} |`);
  return `# Error codes

Generated from \`server/errors\` by \`npm run generate\`; do not edit. A code never changes its meaning.

| Code | Severity | What happened | What to do |
|---|---|---|---|
${rows.join('\n')}
`;
}
