// The house's own rules as an ESLint plugin: import directions, one door per foreign library, who may make a LabelledFrame.
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { doors, rooms } from './rooms.js';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const roomNames = Object.keys(rooms).sort((a, b) => b.length - a.length);

/** Path below the repository with forward slashes; null outside it. */
function pathInHouse(file) {
  const path = relative(root, file);
  return path.startsWith('..') || isAbsolute(path) ? null : path.split(sep).join('/');
}
/** The room of a repository path: the longest name that is the path or a folder above it. */
export function roomOf(path) {
  return roomNames.find((name) => path === name || path.startsWith(`${name}/`)) ?? null;
}
/** `./x.js` in the file `from`, as the repository path of its source. */
function sourcePath(from, specifier) {
  const path = pathInHouse(join(root, dirname(from), specifier));
  // AssemblyScript names modules without an ending.
  if (path !== null && from.startsWith('server/kernels/assembly/')) return `${path}.ts`;
  return path === null ? null : path.replace(/\.js$/, '.ts').replace(/\.jsx$/, '.tsx');
}
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Calls `visit(specifier, node, typeOnly)` for everything a module takes from another one. */
function importVisitors(visit) {
  const declaration = (node) => {
    if (!node.source) return;
    const kinds = [node.importKind, node.exportKind];
    const all = node.specifiers ?? [];
    const typeOnly =
      kinds.includes('type') ||
      (all.length > 0 && all.every((one) => one.importKind === 'type' || one.exportKind === 'type'));
    visit(node.source.value, node, typeOnly);
  };
  return {
    ImportDeclaration: declaration,
    ExportNamedDeclaration: declaration,
    ExportAllDeclaration: declaration,
    ImportExpression: (node) => node.source.type === 'Literal' && visit(String(node.source.value), node, false),
    TSImportType: (node) => visit(String(node.source?.value ?? node.argument?.literal?.value ?? ''), node, true),
  };
}

const importDirections = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      direction: '"{{from}}" may not import "{{to}}": see test/lint/rules/rooms.js.',
      typesOnly: '"{{from}}" may only import types of "{{to}}" (import type): see test/lint/rules/rooms.js.',
      homeless: '"{{path}}" is in no room: add its folder to test/lint/rules/rooms.js.',
    },
  },
  create(context) {
    const own = pathInHouse(context.filename);
    if (own === null || !/^(server|control-ui|models|calibration)\//.test(own)) return {};
    const from = roomOf(own);
    if (from === null) {
      return { Program: (node) => context.report({ node, messageId: 'homeless', data: { path: own } }) };
    }
    return importVisitors((specifier, node, typeOnly) => {
      if (!specifier.startsWith('.')) return;
      const path = sourcePath(own, specifier);
      // Stylesheets and data files have no direction.
      if (path === null || !/\.(ts|tsx)$/.test(path)) return;
      const to = roomOf(path);
      // A folder may look into the rooms inside it; they look out of themselves only by their own row.
      if (to === from || (to !== null && to.startsWith(`${from}/`) && !shut.has(to))) return;
      const { imports, types } = rooms[from];
      if (to !== null && imports.includes(to)) return;
      if (to !== null && types.includes(to)) {
        if (!typeOnly) context.report({ node, messageId: 'typesOnly', data: { from, to } });
        return;
      }
      context.report({ node, messageId: 'direction', data: { from, to: to ?? path } });
    });
  },
};

/** Rooms that not even the folder round them may look into. */
const shut = new Set(['server/kernels/assembly', 'server/params/generate.ts', 'server/params/generated.ts']);

const oneDoor = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      door: '"{{name}}" has one door ({{where}}): use its port.',
      noDoor: '"{{name}}" is never imported.',
    },
  },
  create(context) {
    const own = pathInHouse(context.filename);
    if (own === null) return {};
    return importVisitors((specifier, node) => {
      const name = packageOf(specifier);
      if (specifier.startsWith('.') || !Object.hasOwn(doors, name)) return;
      const allowed = doors[name];
      if (allowed.some((prefix) => own.startsWith(prefix))) return;
      context.report({
        node,
        messageId: allowed.length === 0 ? 'noDoor' : 'door',
        data: { name, where: allowed.join(', ') },
      });
    });
  },
};

/** Only the label stage says that a frame is labelled: anywhere else a cast would send an unlabelled picture to air. */
const labelledFrame = {
  meta: { type: 'problem', schema: [], messages: { cast: 'Only server/stages/label makes a LabelledFrame.' } },
  create(context) {
    const own = pathInHouse(context.filename);
    if (own === null || own.startsWith('server/stages/label/')) return {};
    const check = (node) => {
      if (/\bLabelledFrame\b/.test(context.sourceCode.getText(node.typeAnnotation)))
        context.report({ node, messageId: 'cast' });
    };
    return { TSAsExpression: check, TSTypeAssertion: check };
  },
};

export const houseRules = {
  rules: { 'import-directions': importDirections, 'one-door': oneDoor, 'labelled-frame': labelledFrame },
};
