// Whatever one file of the package says of another is there.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { complain, documents, fields, files, list, namesOf, ofType, owner } from "./package.mjs";

const STANDARD = new Set(["Opportunity", "Account", "Contact", "Task"]);
const objects = new Set([...namesOf("CustomObject"), ...STANDARD]);
const auras = new Set(files.filter((file) => file.endsWith(".cmp")).map((file) => basename(file, ".cmp")));
const classes = new Map(files.filter((file) => file.endsWith(".cls")).map((file) => [basename(file, ".cls"), file]));
const components = new Set([...auras, ...namesOf("LightningComponentBundle")]);
const custom = (name) => /__c$/.test(name);

/** Relationship of a parent, as reports and related lists name it, to the child it leads to. */
const relationships = new Map(
  [...fields].flatMap(([name, { body }]) =>
    body.relationshipName ? [[`${body.referenceTo}.${body.relationshipName}__r`, name.split(".")[0]]] : []
  )
);

function there(file, verb, name, known) {
  if (!known.has(name)) complain(file, `${verb} ${name}, which is not there`);
}

function fieldThere(file, verb, object, field) {
  if (custom(field) && !fields.has(owner(`${object}.${field}`)))
    complain(file, `${verb} ${object}.${field}, not there`);
}

const checks = {
  PermissionSet({ file, body }) {
    for (const { field } of list(body.fieldPermissions)) {
      const [object, name] = field.split(".");
      there(file, "grants a field of", object, objects);
      fieldThere(file, "grants", object, name);
      if (fields.get(owner(field))?.body.required === "true") complain(file, `grants ${field}, which needs no grant`);
    }
    for (const { object } of list(body.objectPermissions)) there(file, "grants", object, objects);
    for (const { name } of list(body.customPermissions)) there(file, "gives", name, namesOf("CustomPermission"));
    for (const { apexClass } of list(body.classAccesses)) there(file, "admits to", apexClass, classes);
    for (const { tab } of list(body.tabSettings)) there(file, "shows the tab", tab, namesOf("CustomTab"));
    for (const { application } of list(body.applicationVisibilities))
      there(file, "shows the app", application, namesOf("CustomApplication"));
    for (const { externalCredentialPrincipal } of list(body.externalCredentialPrincipalAccesses))
      there(file, "uses", externalCredentialPrincipal, principals());
  },

  FlexiPage({ file, body }) {
    for (const { componentInstance } of list(body.flexiPageRegions).flatMap(({ itemInstances }) =>
      list(itemInstances)
    )) {
      const { componentName, componentInstanceProperties } = componentInstance;
      if (!componentName.includes(":")) there(file, "shows", componentName, components);
      if (componentName === "lst:dynamicRelatedList") relatedList(file, body.sobjectType, componentInstanceProperties);
    }
  },

  CustomField({ file, body, name }) {
    if (body.fullName !== name) complain(file, `is named ${body.fullName} inside`);
    if (body.referenceTo) there(file, "refers to", body.referenceTo, objects);
  },

  ListView({ file, body, folder }) {
    for (const name of [...list(body.columns), ...list(body.filters).map(({ field }) => field)])
      fieldThere(file, "lists", folder, name);
  },

  CompactLayout({ file, body, folder }) {
    for (const name of list(body.fields)) fieldThere(file, "shows", folder, name);
  },

  CustomObject({ file, body, name }) {
    const own = ofType("CompactLayout").filter(({ folder }) => folder === name);
    if (body.compactLayoutAssignment)
      there(file, "uses the layout", body.compactLayoutAssignment, new Set(own.map((layout) => layout.name)));
  },

  Layout({ file, body }) {
    const [object] = basename(file).split("-");
    there(file, "is a layout of", object, objects);
    const items = list(body.layoutSections).flatMap(({ layoutColumns }) => list(layoutColumns));
    for (const { field } of items.flatMap(({ layoutItems }) => list(layoutItems)))
      fieldThere(file, "shows", object, field);
  },

  ReportType({ file, body }) {
    const tables = new Map([[body.baseObject, body.baseObject]]);
    for (let join = body.join, table = body.baseObject; join; join = join.join) {
      const child = relationships.get(`${tables.get(table)}.${join.relationship}`);
      if (!child) complain(file, `joins ${join.relationship}, which is not there`);
      table = `${table}.${join.relationship}`;
      tables.set(table, child);
    }
    for (const { field, table } of list(body.sections).flatMap(({ columns }) => list(columns))) {
      if (tables.has(table)) fieldThere(file, "reports", tables.get(table), field);
      else complain(file, `reports of ${table}, which it does not join`);
    }
  },

  PlatformEventChannelMember({ file, body }) {
    there(file, "belongs to", body.eventChannel, namesOf("PlatformEventChannel"));
    const object = body.selectedEntity.replace(/__ChangeEvent$/, "__c").replace(/ChangeEvent$/, "");
    there(file, "carries changes of", object, objects);
    for (const { name } of list(body.enrichedFields)) fieldThere(file, "carries", object, name);
  },

  CustomTab({ file, body, name }) {
    if (body.customObject === "true") there(file, "shows", name, objects);
    if (body.auraComponent) there(file, "shows", body.auraComponent, auras);
  },

  CustomApplication({ file, body }) {
    for (const tab of list(body.tabs))
      if (!tab.startsWith("standard-")) there(file, "shows", tab, namesOf("CustomTab"));
  },

  NamedCredential({ file, body }) {
    for (const { externalCredential } of list(body.namedCredentialParameters))
      if (externalCredential) there(file, "uses", externalCredential, namesOf("ExternalCredential"));
  }
};

function principals() {
  return new Set(
    ofType("ExternalCredential").flatMap(({ name, body }) =>
      list(body.externalCredentialParameters)
        .filter(({ parameterType }) => parameterType === "NamedPrincipal")
        .map(({ parameterName }) => `${name}-${parameterName}`)
    )
  );
}

function relatedList(file, parent, properties) {
  const found = Object.fromEntries(list(properties).map(({ name, value, valueList }) => [name, value ?? valueList]));
  const child = relationships.get(`${parent}.${found.relatedListApiName}`);
  if (!child) complain(file, `lists ${found.relatedListApiName}, which is not there`);
  for (const { value } of list(found.relatedListFieldAliases?.valueListItems)) fieldThere(file, "lists", child, value);
}

/** Names that any document may carry. */
function shared({ file, body }) {
  for (const app of list(body?.externalClientApplication))
    there(file, "belongs to", app, namesOf("ExternalClientApplication"));
  for (const set of (body?.commaSeparatedPermissionSet ?? "").split(",").filter(Boolean))
    there(file, "admits", set.trim(), namesOf("PermissionSet"));
}

/** Tags, imports and addresses in our own code. */
function code(file) {
  const text = readFileSync(file, "utf8");
  const all = (pattern) => [...text.matchAll(pattern)].map((found) => found[1]);
  const bundles = namesOf("LightningComponentBundle");
  for (const name of all(/<c:(\w+)/g)) there(file, "uses", name, components);
  for (const name of all(/<c-([\w-]+)/g)) there(file, "uses", camel(name), bundles);
  for (const name of all(/@salesforce\/customPermission\/(\w+)/g))
    there(file, "asks", name, namesOf("CustomPermission"));
  for (const name of all(/force:canvasApp\s+developerName="(\w+)"/g))
    there(file, "shows the app", name, namesOf("ExternalClientApplication"));
  for (const name of all(/'callout:(\w+)/g)) there(file, "calls", name, namesOf("NamedCredential"));
  for (const called of all(/@salesforce\/apex\/([\w.]+)/g)) method(file, ...called.split("."));
}

function method(file, name, called) {
  there(file, "calls", name, classes);
  const text = classes.has(name) ? readFileSync(classes.get(name), "utf8") : "";
  if (!new RegExp(`@AuraEnabled[^{]*\\b${called}\\(`).test(text))
    complain(file, `calls ${name}.${called}, not offered`);
}

const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

export function refersToWhatIsThere() {
  for (const document of documents) {
    checks[document.type]?.(document);
    shared(document);
  }
  for (const file of files) if (/\.(cmp|html|js|cls)$/.test(file) && !file.includes("__tests__")) code(file);
}
