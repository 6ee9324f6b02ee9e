// Reads the project as HubSpot's own tools do, once per profile, and checks every component's config. No network.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { translate } from '@hubspot/project-parsing-lib/translate';
import { createAjvInstance } from '@hubspot/project-parsing-lib/validation';
import { SCHEMAS } from './schemas.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXPECTED = { APPLICATION: 1, CARD: 2, SETTINGS: 1, WEBHOOKS: 1 };
const project = JSON.parse(readFileSync(join(ROOT, 'hsproject.json'), 'utf8'));
const source = join(ROOT, project.srcDir);
const ajv = createAjvInstance();
const faults = [];
const uids = new Map();

function check(profile, node) {
  const where = `${profile}: ${node.metaFilePath}`;
  const schema = SCHEMAS[node.componentType];
  if (!schema) return faults.push(`${where}: we know no schema for ${node.componentType}`);
  const validate = ajv.compile(schema);
  if (!validate(node.config))
    for (const { instancePath, message } of validate.errors)
      faults.push(`${where}: config${instancePath} ${message}`);
  const { entrypoint } = node.config;
  if (entrypoint && !existsSync(join(source, entrypoint)))
    faults.push(`${where}: ${entrypoint} does not exist`);
  // Two environments with one uid hijack each other's cards in local development.
  if (uids.has(node.uid)) faults.push(`${where}: uid ${node.uid} is also in ${uids.get(node.uid)}`);
  uids.set(node.uid, where);
}

for (const profile of ['dev', 'prod']) {
  const { accountId } = JSON.parse(readFileSync(join(source, `hsprofile.${profile}.json`), 'utf8'));
  const context = { projectSourceDir: source, platformVersion: project.platformVersion, accountId };
  const { intermediateRepresentation, skippedHsMetaFiles } = await translate(context, {
    skipValidation: true,
    profile,
  });
  for (const file of skippedHsMetaFiles) faults.push(`${profile}: ${file} lies too deep to be read`);
  const nodes = Object.values(intermediateRepresentation.intermediateNodesIndexedByUid);
  for (const node of nodes) check(profile, node);
  for (const [type, count] of Object.entries(EXPECTED)) {
    const found = nodes.filter(({ componentType }) => componentType === type).length;
    if (found !== count) faults.push(`${profile}: ${found} components of type ${type}, not ${count}`);
  }
}

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`The project is well formed for both profiles: ${[...uids.keys()].join(', ')}.`);
