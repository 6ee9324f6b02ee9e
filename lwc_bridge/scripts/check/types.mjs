// Elements, values and required parts of every document, nested ones too, against the types that Salesforce generates
// from its own WSDL.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { complain, documents, list } from "./package.mjs";

const require = createRequire(import.meta.url);
const NOT_METADATA = ["LightningComponentBundle"]; // its configuration has a schema of its own, and no WSDL type

function known() {
  const text = readFileSync(require.resolve("@salesforce/types/metadata").replace(/\.js$/, ".d.ts"), "utf8");
  const shapes = new Map();
  for (const [, name, parent, body] of text.matchAll(/^export type (\w+) = (?:(\w+) & )?\{\n([\s\S]*?)^\};/gm)) {
    const parts = new Map();
    for (const [, part, optional, type, many] of body.matchAll(/^ {4}(\w+)(\??): ([^;[]+)(\[\])?;/gm)) {
      parts.set(part, { type: type.trim(), many: Boolean(many), required: !optional && !many });
    }
    shapes.set(name, { parent, parts });
  }
  const enums = new Map();
  for (const [, name, values] of text.matchAll(/^export type (\w+) = ((?:'[^']*'(?: \| )?)+);/gm)) {
    enums.set(name, new Set([...values.matchAll(/'([^']*)'/g)].map((found) => found[1])));
  }
  return { shapes, enums };
}

const { shapes, enums } = known();

function partsOf(type) {
  const shape = shapes.get(type);
  return new Map([...(shape.parent && shapes.has(shape.parent) ? partsOf(shape.parent) : []), ...shape.parts]);
}

function check(file, path, type, body) {
  if (typeof body !== "object") {
    if (String(body).trim()) complain(file, `${path} holds text, not a ${type}`);
    body = {};
  }
  const parts = partsOf(type);
  for (const [name, part] of parts) {
    if (part.required && name !== "fullName" && !(name in body)) complain(file, `${path} lacks ${name}`);
  }
  for (const [name, value] of Object.entries(body)) {
    const part = parts.get(name) ?? (name === "fullName" ? { type: "string" } : null);
    if (!part) complain(file, `${path} has no element ${name}`);
    else if (Array.isArray(value) && !part.many) complain(file, `${path}/${name} stands more than once`);
    else for (const one of list(value)) checkValue(file, `${path}/${name}`, part.type, one);
  }
}

function checkValue(file, path, type, value) {
  if (shapes.has(type)) check(file, path, type, value);
  else if (enums.has(type)) {
    if (!enums.get(type).has(value)) complain(file, `${path} cannot be “${value}”`);
  } else if (type === "boolean" && !/^(true|false)$/.test(value)) complain(file, `${path} is no boolean: “${value}”`);
  else if (type === "number" && !/^-?\d+(\.\d+)?$/.test(value)) complain(file, `${path} is no number: “${value}”`);
  else if (typeof value === "object") complain(file, `${path} holds elements, not a ${type}`);
}

/** How many documents were checked. A type that Salesforce does not know is a problem. */
export function knowsItsTypes() {
  const checked = documents.filter(({ type }) => !NOT_METADATA.includes(type));
  for (const { file, type, body } of checked) {
    if (shapes.has(type)) check(file, type, type, body);
    else complain(file, `is a ${type}, which Salesforce does not know`);
  }
  return checked.length;
}
