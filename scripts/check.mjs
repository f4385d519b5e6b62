// Everything that must hold before a change lands, each step named. Stops at the first that fails.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);

const steps = [
  ['format and lint', bin('biome'), ['check', '--error-on-warnings']],
  ['types of the server', bin('tsc'), ['-p', 'tsconfig.json']],
  ['types of the console', bin('tsc'), ['-p', 'web/tsconfig.json']],
  ['import directions', bin('depcruise'), ['src', 'web/src', '--config', '.dependency-cruiser.json']],
  ['migrations', bin('squawk'), ['--config', '.squawk.toml', 'schemas/*.sql']],
  ['dead code', bin('knip'), []],
  ['generated files', process.execPath, ['scripts/generate.mjs', '--check']],
  ['lock file', process.execPath, ['scripts/complete-lockfile.mjs', '--check']],
];

for (const [name, command, args] of steps) {
  const started = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`\ncheck failed: ${name}`);
    process.exit(1);
  }
  console.log(`ok  ${name} (${Date.now() - started} ms)`);
}
