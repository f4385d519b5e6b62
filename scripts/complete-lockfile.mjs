// Makes package-lock.json whole for every platform, and free of download addresses.
//
// A registry mirror may hold the binaries of one platform only; npm then writes a lock file that lacks the optional
// packages of the others, and `npm ci` refuses it everywhere. Each is added by name and version with the platform its
// name says, so that npm skips it where it does not belong. `--check` changes nothing and fails when it would.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = join(dirname(fileURLToPath(import.meta.url)), '..', 'package-lock.json');
const before = readFileSync(path, 'utf8');
const lock = JSON.parse(before);
const { packages } = lock;

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'x64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32'];

function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor)).slice(0, 1);
  const libc = /musl/.test(name) ? ['musl'] : /-gnu/.test(name) && os[0] === 'linux' ? ['glibc'] : [];
  return { ...(cpu.length ? { cpu } : {}), ...(libc.length ? { libc } : {}), ...(os.length ? { os } : {}) };
}

for (const [place, entry] of Object.entries(packages)) {
  delete entry.resolved;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const found = [`${place}/node_modules/${name}`, `node_modules/${name}`].some((at) => packages[at]);
    if (found || place === '') continue;
    packages[`node_modules/${name}`] = {
      version,
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...platformOf(name),
    };
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

const after = `${JSON.stringify(lock, null, 2)}\n`;
if (after === before) process.exit(0);
if (process.argv.includes('--check')) {
  console.error(
    'package-lock.json is not whole: run `node scripts/complete-lockfile.mjs` and commit the result.',
  );
  process.exit(1);
}
writeFileSync(path, after);
console.log('completed package-lock.json');
