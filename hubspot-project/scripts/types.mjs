// Writes the card types from the block schema, so that a block's shape is said once. `--check` only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';

const SCHEMA = fileURLToPath(new URL('../../cards/blocks.schema.json', import.meta.url));
const TYPES = fileURLToPath(new URL('../src/app/cards/types.ts', import.meta.url));
const HEADER =
  '// Written by scripts/types.mjs from cards/blocks.schema.json. Do not edit: change cards/blocks.py,\n' +
  '// run `python -m cards.schema`, then `npm run types`.\n';

// The names of these two would shadow globals or HubSpot components wherever they are imported.
const RENAMED = { Text: 'TextBlock', List: 'ListBlock' };
const nameOf = (ref) => {
  const name = ref.replace('#/$defs/', '');
  return RENAMED[name] ?? name;
};

function typeOf(schema) {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.map(typeOf).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return schema.prefixItems
        ? `[${schema.prefixItems.map(typeOf).join(', ')}]`
        : `(${typeOf(schema.items ?? {})})[]`;
    case 'object':
      return schema.properties
        ? objectOf(schema)
        : `Record<string, ${typeOf(schema.additionalProperties ?? {})}>`;
    default:
      return 'unknown';
  }
}

// The server writes every key, also those with a default, so none is optional here.
function objectOf(schema) {
  const lines = Object.entries(schema.properties).map(([key, value]) => `${key}: ${typeOf(value)};`);
  return `{ ${lines.join('\n')} }`;
}

function declare([name, schema]) {
  const id = nameOf(name);
  return schema.properties
    ? `export interface ${id} ${objectOf(schema)}`
    : `export type ${id} = ${typeOf(schema)};`;
}

const { $defs } = JSON.parse(readFileSync(SCHEMA, 'utf8'));
const source = [HEADER, ...Object.entries($defs).map(declare)].join('\n\n');
const options = (await prettier.resolveConfig(TYPES)) ?? {};
const wanted = await prettier.format(source, { ...options, parser: 'typescript' });

if (process.argv.includes('--check')) {
  if (readFileSync(TYPES, 'utf8') !== wanted) {
    console.error('src/app/cards/types.ts is behind cards/blocks.schema.json: run `npm run types`.');
    process.exit(1);
  }
} else {
  writeFileSync(TYPES, wanted);
}
