// Proves without an org what can be proved without one: every file converts to the format that is deployed, only
// says what Salesforce's own types know, refers only to what is there, and holds the fields the product writes.

import { createRequire } from "node:module";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { XMLParser } from "fast-xml-parser";

const require = createRequire(import.meta.url);
const { ComponentSet, MetadataConverter } = require("@salesforce/source-deploy-retrieve");

const here = dirname(fileURLToPath(import.meta.url));
const project = resolve(here, "../..");
const source = join(here, "../main/default");
const { sourceApiVersion } = JSON.parse(readFileSync(join(project, "sfdx-project.json"), "utf8"));
const schema = JSON.parse(readFileSync(join(here, "schema.json"), "utf8"));
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false });
const problems = [];

const files = walk(source);
const documents = new Map(files.filter((file) => file.endsWith("-meta.xml")).map((file) => [file, read(file)]));

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function read(file) {
  const root = parser.parse(readFileSync(file, "utf8"));
  delete root["?xml"];
  const [type, body] = Object.entries(root)[0];
  return { type, body, name: basename(file).split(".")[0], folder: basename(dirname(dirname(file))) };
}

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const ofType = (type) => [...documents.values()].filter((document) => document.type === type);
const namesOf = (type) => new Set(ofType(type).map(({ name }) => name));
const complain = (file, message) => problems.push(`${relative(project, file)}: ${message}`);

async function converts() {
  const out = mkdtempSync(join(tmpdir(), "alongside-metadata-"));
  try {
    const set = ComponentSet.fromSource(source);
    set.sourceApiVersion = sourceApiVersion;
    const { packagePath } = await new MetadataConverter().convert(set, "metadata", {
      type: "directory",
      outputDirectory: out,
      genUniqueDir: false
    });
    const { Package } = parser.parse(readFileSync(join(packagePath ?? out, "package.xml"), "utf8"));
    if (Package.version !== sourceApiVersion) problems.push(`package.xml is of version ${Package.version}`);
    const strays = walk(out).filter((file) => /__tests__|node_modules|\.(mjs|cjs|json)$/.test(file));
    for (const stray of strays) problems.push(`${basename(stray)} would be deployed`);
    return list(Package.types).reduce((sum, type) => sum + list(type.members).length, 0);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Element names, from the types that Salesforce generates from its own WSDL. */
function knowsItsTypes() {
  const types = readFileSync(require.resolve("@salesforce/types/metadata").replace(/\.js$/, ".d.ts"), "utf8");
  const shapes = new Map();
  for (const [, name, parent, body] of types.matchAll(
    /export (?:interface|type) (\w+)(?: extends (\w+)|) ?=? ?([^;{]*\{[^}]*\})/g
  )) {
    shapes.set(name, { parent, fields: new Set([...body.matchAll(/^\s*(\w+)\??:/gm)].map((found) => found[1])) });
  }
  let checked = 0;
  for (const [file, { type, body }] of documents) {
    const known = shapes.get(type);
    if (!known) continue;
    checked += 1;
    const fields = new Set([...known.fields, ...(shapes.get(known.parent)?.fields ?? []), "fullName"]);
    for (const element of Object.keys(body ?? {})) {
      if (!fields.has(element)) complain(file, `${type} has no element ${element}`);
    }
  }
  return checked;
}

function fieldsThatAreThere() {
  const fields = new Map();
  for (const [file, { type, body, name, folder }] of documents) {
    if (type !== "CustomField") continue;
    if (body.fullName !== name) complain(file, `is named ${body.fullName} inside`);
    fields.set(`${folder}.${name}`, { file, body });
  }
  return fields;
}

/** Activity's fields are written there and granted on Task. */
const owner = (field) => field.replace(/^(Task|Event)\./, "Activity.");

function refersToWhatIsThere(fields) {
  const objects = new Set([...namesOf("CustomObject"), "Opportunity", "Account", "Contact", "Task"]);
  const components = new Set(files.filter((file) => file.endsWith(".cmp")).map((file) => basename(file, ".cmp")));
  for (const [file, { type, body }] of documents) {
    if (type === "PermissionSet") {
      for (const { field } of list(body.fieldPermissions)) {
        const found = fields.get(owner(field));
        if (!found) complain(file, `grants ${field}, which is not there`);
        else if (found.body.required === "true")
          complain(file, `grants ${field}, which is required and needs no grant`);
      }
      for (const { object } of list(body.objectPermissions)) {
        if (!objects.has(object)) complain(file, `grants ${object}, which is not there`);
      }
      for (const { name } of list(body.customPermissions)) {
        if (!namesOf("CustomPermission").has(name)) complain(file, `gives ${name}, which is not there`);
      }
    }
    if (type === "FlexiPage") {
      for (const region of list(body.flexiPageRegions)) {
        for (const { componentInstance } of list(region.itemInstances)) {
          const { componentName } = componentInstance;
          const own = !componentName.includes(":");
          if (own && !components.has(componentName)) complain(file, `shows ${componentName}, which is not there`);
        }
      }
    }
    if (type === "CustomField" && body.referenceTo && !objects.has(body.referenceTo)) {
      complain(file, `refers to ${body.referenceTo}, which is not there`);
    }
    for (const app of list(body?.externalClientApplication)) {
      if (!namesOf("ExternalClientApplication").has(app)) complain(file, `belongs to ${app}, which is not there`);
    }
    for (const set of (body?.commaSeparatedPermissionSet ?? "").split(",").filter(Boolean)) {
      if (!namesOf("PermissionSet").has(set.trim())) complain(file, `admits ${set.trim()}, which is not there`);
    }
  }
}

/** Tags and imports of our own bundles. */
function usesComponentsThatAreThere() {
  const bundles = new Set(ofType("LightningComponentBundle").map(({ name }) => name));
  const permissions = namesOf("CustomPermission");
  for (const file of files.filter((name) => /\.(cmp|html|js)$/.test(name) && !name.includes("__tests__"))) {
    const text = readFileSync(file, "utf8");
    for (const [, name] of text.matchAll(/<c:(\w+)/g)) if (!bundles.has(name)) complain(file, `uses c:${name}`);
    for (const [, name] of text.matchAll(/@salesforce\/customPermission\/(\w+)/g)) {
      if (!permissions.has(name)) complain(file, `asks for the permission ${name}, which is not there`);
    }
    for (const [, name] of text.matchAll(/force:canvasApp\s+developerName="(\w+)"/g)) {
      if (!namesOf("ExternalClientApplication").has(name)) complain(file, `shows the canvas app ${name}`);
    }
  }
}

const LENGTHS = { Text: "length", LongTextArea: "length", Number: "precision", Currency: "precision" };

/** Names, types and lengths are those the product writes: schema.json, which a Python test keeps true. */
function holdsTheFieldsOfTheProduct(fields) {
  const wanted = new Map();
  for (const [object, described] of Object.entries(schema)) {
    for (const [name, field] of Object.entries(described)) wanted.set(`${owner(`${object}.`)}${name}`, field);
  }
  for (const [name, field] of wanted) {
    const found = fields.get(name);
    if (!found) {
      problems.push(`${name} is written by the product and not in the package`);
      continue;
    }
    const { file, body } = found;
    const length = body[LENGTHS[body.type]];
    if (body.type !== field.type) complain(file, `is ${body.type}, the product writes ${field.type}`);
    if (field.length && length !== String(field.length)) complain(file, `holds ${length}, not ${field.length}`);
    if ((body.unique === "true") !== field.unique) complain(file, `unique should be ${field.unique}`);
    if ((body.externalId === "true") !== field.externalId) complain(file, `externalId should be ${field.externalId}`);
    if ((body.required === "true") !== field.required) complain(file, `required should be ${field.required}`);
    const values = list(body.valueSet?.valueSetDefinition?.value).map(({ fullName }) => fullName);
    if (values.join("|") !== field.values.join("|")) complain(file, `offers ${values}, not ${field.values}`);
  }
  for (const name of fields.keys())
    if (!wanted.has(name)) problems.push(`${name} is in the package and nothing writes it`);
}

function holdsNoSecret() {
  for (const file of files) {
    if (file.includes("ecaGlblOauth")) complain(file, "holds consumer keys and must stay out of the package");
    if (/<consumer(Key|Secret)>|BEGIN [A-Z ]*PRIVATE KEY/.test(readFileSync(file, "utf8")))
      complain(file, "holds a secret");
  }
}

const members = await converts();
const checked = knowsItsTypes();
const fields = fieldsThatAreThere();
refersToWhatIsThere(fields);
usesComponentsThatAreThere();
holdsTheFieldsOfTheProduct(fields);
holdsNoSecret();

for (const problem of problems) console.error(problem);
console.log(
  `${members} members, ${fields.size} fields, ${checked} files against Salesforce's types: ${problems.length} problems`
);
process.exitCode = problems.length ? 1 : 0;
