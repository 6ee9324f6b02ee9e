// Proves without an org what can be proved without one: every file converts to the format that is deployed, only
// says what Salesforce's own types know, refers only to what is there, and holds the fields the product writes.

import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { compilesAsFarAsOneCanTell } from "./check/apex.mjs";
import {
  complain,
  fields,
  files,
  list,
  owner,
  parser,
  problems,
  source,
  sourceApiVersion,
  walk
} from "./check/package.mjs";
import { refersToWhatIsThere } from "./check/references.mjs";
import { knowsItsTypes } from "./check/types.mjs";

const require = createRequire(import.meta.url);
const { ComponentSet, MetadataConverter } = require("@salesforce/source-deploy-retrieve");
const schema = JSON.parse(readFileSync(new URL("schema.json", import.meta.url), "utf8"));

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

const LENGTHS = { Text: "length", LongTextArea: "length", Number: "precision", Currency: "precision" };

/** Names, types and lengths are those the product writes: schema.json, which a Python test keeps true. */
function holdsTheFieldsOfTheProduct() {
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
const classes = compilesAsFarAsOneCanTell();
refersToWhatIsThere();
holdsTheFieldsOfTheProduct();
holdsNoSecret();

for (const problem of problems) console.error(problem);
console.log(
  `${members} members, ${fields.size} fields, ${classes} classes, ${checked} files against Salesforce's types: ` +
    `${problems.length} problems`
);
process.exitCode = problems.length ? 1 : 0;
