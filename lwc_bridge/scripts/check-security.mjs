// Salesforce's own security rules for Apex (PMD and patterns), as the security review runs them. PMD needs Java: where
// there is none this says so and proves nothing.

import { spawnSync } from "node:child_process";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { CodeAnalyzer, CodeAnalyzerConfig } from "@salesforce/code-analyzer-core";
import { createEnginePlugin as pmd } from "@salesforce/code-analyzer-pmd-engine";
import { createEnginePlugin as regex } from "@salesforce/code-analyzer-regex-engine";

const RULES = ["AppExchange", "Recommended:Security"];
const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "../main");

/** What the rules find and is right, with the reason: also the answer to a reviewer. */
const ACCEPTED = {
  "ProtectSensitiveData Author_Email__c": "an address of the message's author; the rule reads “auth” in its name",
  "ProtectSensitiveData Author_Kind__c": "as above",
  "ProtectSensitiveData Author_Name__c": "as above",
  "ProtectSensitiveData Certification_Name__c": "a certification's name",
  "ProtectSensitiveData Token_Hash__c":
    "a SHA-256 of 256 random bits opens nothing, and only the sync agent may read it"
};

const OLDEST_JAVA = 11;

function javaVersion() {
  const { error, stderr = "" } = spawnSync("java", ["-version"], { encoding: "utf8" });
  return error ? 0 : Number(/version "(?:1\.)?(\d+)/.exec(stderr)?.[1] ?? 0);
}

async function findings() {
  const analyzer = new CodeAnalyzer(CodeAnalyzerConfig.withDefaults());
  await analyzer.addEnginePlugin(pmd());
  await analyzer.addEnginePlugin(regex());
  const workspace = await analyzer.createWorkspace([SOURCE]);
  const rules = await analyzer.selectRules(RULES, { workspace });
  if (!rules.getCount()) throw new Error("no rule was selected, so nothing was checked");
  const results = await analyzer.run(rules, { workspace });
  return { count: rules.getCount(), violations: results.getViolations().filter((one) => !accepted(one)) };
}

/** Tests of web components are not deployed: .forceignore. */
function accepted(violation) {
  const file = violation.getPrimaryLocation().getFile() ?? "";
  return file.includes("__tests__") || `${violation.getRule().getName()} ${basename(file).split(".")[0]}` in ACCEPTED;
}

const java = javaVersion();
if (java < OLDEST_JAVA) {
  console.log(`SKIPPED: the Apex security rules need Java ${OLDEST_JAVA} or newer, and there is ${java || "none"}.`);
} else {
  const { count, violations } = await findings();
  for (const violation of violations) {
    const place = violation.getPrimaryLocation();
    const file = relative(process.cwd(), place.getFile() ?? "");
    console.error(`${file}:${place.getStartLine()}: ${violation.getRule().getName()}: ${violation.getMessage()}`);
  }
  console.log(`${count} security rules: ${violations.length} findings`);
  process.exitCode = violations.length ? 1 : 0;
}
