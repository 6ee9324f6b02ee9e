// Apex that an org would compile as far as its grammar goes, and that runs with the rights of its user.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { ApexErrorListener, ApexParserFactory } from "@apexdevtools/apex-parser";
import { complain, files } from "./package.mjs";

class Listener extends ApexErrorListener {
  constructor(file) {
    super();
    this.file = file;
  }

  apexSyntaxError(line, column, message) {
    complain(this.file, `${line}:${column} ${message}`);
  }
}

function parses(file, text) {
  const listener = new Listener(file);
  const parser = ApexParserFactory.createParser(text, { errorListeners: [listener] });
  parser.removeErrorListeners();
  parser.addErrorListener(listener);
  parser.compilationUnit();
}

function keepsToItsUser(file, text) {
  const name = basename(file, ".cls");
  if (/@IsTest/i.test(text)) return;
  const bare = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  if (!new RegExp(`\\b(public|global) with sharing class ${name}\\b`).test(bare))
    complain(file, "must say “with sharing”");
  for (const [query] of bare.matchAll(/\[\s*SELECT[^\]]*\]/gi))
    if (!/WITH USER_MODE/i.test(query)) complain(file, `reads beyond its user: ${query.replace(/\s+/g, " ")}`);
  for (const [change, mode] of bare.matchAll(/\b(?:insert|update|upsert|delete|undelete)\s+(as user|\w+)/g))
    if (mode !== "as user") complain(file, `changes beyond its user: ${change}`);
  if (/getSessionId/i.test(bare)) complain(file, "takes a session id, which must not leave the org");
}

/** How many classes were read. */
export function compilesAsFarAsOneCanTell() {
  const classes = files.filter((file) => file.endsWith(".cls"));
  for (const file of classes) {
    const text = readFileSync(file, "utf8");
    parses(file, text);
    keepsToItsUser(file, text);
    if (!files.includes(`${file}-meta.xml`)) complain(file, "has no description beside it");
  }
  return classes.length;
}
