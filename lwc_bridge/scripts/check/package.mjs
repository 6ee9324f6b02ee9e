// The package as the checks see it: its files, and every metadata document by type and name.

import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { XMLParser } from "fast-xml-parser";

const here = dirname(fileURLToPath(import.meta.url));
export const project = resolve(here, "../../..");
export const source = resolve(here, "../../main/default");
export const { sourceApiVersion } = JSON.parse(readFileSync(join(project, "sfdx-project.json"), "utf8"));
export const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false });

export const problems = [];
export const complain = (file, message) => problems.push(`${relative(project, file)}: ${message}`);

export const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

export function walk(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function read(file) {
  const root = parser.parse(readFileSync(file, "utf8"));
  delete root["?xml"];
  const [type, body] = Object.entries(root)[0];
  return { file, type, body, name: basename(file).split(".")[0], folder: basename(dirname(dirname(file))) };
}

export const files = walk(source);
export const documents = files.filter((file) => file.endsWith("-meta.xml")).map(read);
export const ofType = (type) => documents.filter((document) => document.type === type);
export const namesOf = (type) => new Set(ofType(type).map(({ name }) => name));

/** Activity's fields are written there and granted on Task. */
export const owner = (field) => field.replace(/^(Task|Event)\./, "Activity.");

/** Every field of the package, as Object__c.Field__c. */
export const fields = new Map(
  ofType("CustomField").map(({ file, body, name, folder }) => [`${folder}.${name}`, { file, body, name }])
);
