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

export const stableText = (): string => JSON.stringify(stableAddressSpace(registryOf([]).descriptors), null, 2) + '\n';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const show = (descriptor: ParamDescriptor): string =>
  descriptor.kind === 'toggle' ? (descriptor.default ? 'on' : 'off') : String(descriptor.default) || '(empty)';

function parametersTable(): string {
  const { descriptors } = registryOf([]);
  const rows = descriptors.map((descriptor) => {
    const scope = descriptor.scope === 'show' ? 'show' : `${descriptor.scope}/‹id›`;
    const unit = descriptor.kind === 'number' && descriptor.unit !== 'none' ? `, ${descriptor.unit}` : '';
    const beyond = descriptor.kind === 'number' ? descriptor.onOutOfRange : 'refuse';
    return [
      `\`/understudy/${scope}/${descriptor.group}/${descriptor.name}\``,
      wantedOf(descriptor) + unit,
      show(descriptor),
      beyond,
      descriptor.apply,
      descriptor.help,
    ];
  });
  return `# Parameters

Generated from the declarations by \`npm run generate\`; do not edit. The same addresses serve OSC, HTTP (\`/params\`), the
WebSocket and the page. ‹id› is the id of a camera in the show file. Nothing here can switch the label off.

| Address | Takes | Default | Beyond the range | Applies | What you see |
|---|---|---|---|---|---|
${rows.map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')}
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
