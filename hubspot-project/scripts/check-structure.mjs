// Reads the project as HubSpot's own tools do, once per profile, and checks every component's config. No network.
import { Buffer } from 'node:buffer';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { translate } from '@hubspot/project-parsing-lib/translate';
import { createAjvInstance } from '@hubspot/project-parsing-lib/validation';
import { SCHEMAS } from './schemas.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXPECTED = { APPLICATION: 1, CARD: 2, SETTINGS: 1, WEBHOOKS: 1 };
const PREVIEW_LIMIT = 5_000_000;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const project = JSON.parse(readFileSync(join(ROOT, 'hsproject.json'), 'utf8'));
const source = join(ROOT, project.srcDir);
const ajv = createAjvInstance();
const faults = [];
const uids = new Map();

/** HubSpot takes a picture of at most 5 MB, beside the card's own file. */
function checkPreview(where, metaFile, { file }) {
  const path = join(source, dirname(metaFile), file);
  if (!existsSync(path)) return faults.push(`${where}: ${file} does not exist`);
  if (statSync(path).size > PREVIEW_LIMIT) faults.push(`${where}: ${file} is larger than 5 MB`);
  if (!readFileSync(path).subarray(0, PNG.length).equals(PNG)) faults.push(`${where}: ${file} is no PNG`);
}

/** HubSpot fetches what the app may call over https alone, and only where the project lists it. */
function checkAddresses(where, { auth, permittedUrls }, { backend_origin: origin }) {
  if (!permittedUrls.fetch.includes(origin))
    faults.push(`${where}: permittedUrls.fetch lacks backend_origin ${origin}`);
  if (!auth.redirectUrls.includes(`${origin}/hubspot/oauth/callback`))
    faults.push(`${where}: redirectUrls lacks the callback under ${origin}`);
  if (new URL(origin).origin !== origin) faults.push(`${where}: backend_origin is not a bare origin`);
}

function check(profile, node, variables) {
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
  if (node.config.previewImage) checkPreview(where, node.metaFilePath, node.config.previewImage);
  if (node.componentType === 'APPLICATION') checkAddresses(where, node.config, variables);
  if (
    node.componentType === 'WEBHOOKS' &&
    !node.config.settings.targetUrl.startsWith(variables.backend_origin)
  )
    faults.push(`${where}: targetUrl is not under backend_origin`);
  // Two environments with one uid hijack each other's cards in local development.
  if (uids.has(node.uid)) faults.push(`${where}: uid ${node.uid} is also in ${uids.get(node.uid)}`);
  uids.set(node.uid, where);
}

const names = new Set();
for (const profile of ['dev', 'prod']) {
  const { accountId, variables } = JSON.parse(
    readFileSync(join(source, `hsprofile.${profile}.json`), 'utf8'),
  );
  names.add(Object.keys(variables).sort().join(', '));
  const context = { projectSourceDir: source, platformVersion: project.platformVersion, accountId };
  const { intermediateRepresentation, skippedHsMetaFiles } = await translate(context, {
    skipValidation: true,
    profile,
  });
  for (const file of skippedHsMetaFiles) faults.push(`${profile}: ${file} lies too deep to be read`);
  const nodes = Object.values(intermediateRepresentation.intermediateNodesIndexedByUid);
  for (const node of nodes) check(profile, node, variables);
  for (const [type, count] of Object.entries(EXPECTED)) {
    const found = nodes.filter(({ componentType }) => componentType === type).length;
    if (found !== count) faults.push(`${profile}: ${found} components of type ${type}, not ${count}`);
  }
}

if (names.size > 1) faults.push(`the profiles name different variables: ${[...names].join(' | ')}`);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`The project is well formed for both profiles: ${[...uids.keys()].join(', ')}.`);
