// Builds everything a page needs into dist/, without network: the cards and the settings page as HubSpot builds
// them, and the local host that runs them.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { remoteBuild } from '@hubspot/ui-extensions-dev-server';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const ENTRIES = [
  { dir: 'src/app/cards', entry: 'PartnerCard' },
  { dir: 'src/app/settings', entry: 'Settings' },
];

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);

// HubSpot's build empties its folder, so each entry gets its own and only the bundles are gathered.
for (const { dir, entry } of ENTRIES) {
  const root = join(ROOT, dir);
  const outputDir = join(DIST, 'bundles', entry);
  process.chdir(root);
  await remoteBuild({ root, entryPoint: join(root, `${entry}.tsx`), outputDir, logLevel: 'warn' });
  copyFileSync(join(outputDir, `${entry}.js`), join(DIST, `${entry}.js`));
}

process.chdir(ROOT);
await build({
  entryPoints: ['host/host.tsx', 'host/worker.ts', 'host/host.css'],
  outdir: DIST,
  entryNames: '[name]',
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
});
console.log(`Built ${ENTRIES.map(({ entry }) => entry).join(', ')}, host and worker into dist/.`);
