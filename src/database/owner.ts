import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../kernel/errors.ts';
import { newToken } from '../kernel/ids.ts';

/** What the process that owns a data folder writes into it, so that a second command can find and use it. */
export interface Owner {
  pid: number;
  /** Start of the process in clock ticks since boot, so that a reused pid is not mistaken for the owner. */
  started: string | null;
  /** Where it answers, once it listens. */
  url: string | null;
  /** Lets a command on the same machine act as the operator. Readable by this user only. */
  token: string;
}

const fileName = 'owner.json';

/** The live owner of a data folder, or undefined. */
export function findOwner(dataDir: string): Owner | undefined {
  let owner: Owner;
  try {
    owner = JSON.parse(readFileSync(join(dataDir, fileName), 'utf8')) as Owner;
  } catch {
    return undefined;
  }
  if (owner.pid === process.pid) return owner;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  return processStart(owner.pid) === owner.started ? owner : undefined;
}

/**
 * Makes this process the only owner of a data folder.
 * Errors: `locked` when another live process owns it.
 */
export function ownDataDir(dataDir: string): { owner: Owner; listening(url: string): void; release(): void } {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, fileName);
  const owner: Owner = { pid: process.pid, started: processStart(process.pid), url: null, token: newToken() };
  for (let attempt = 0; ; attempt++) {
    try {
      const file = openSync(path, 'wx', 0o600);
      writeSync(file, JSON.stringify(owner));
      fsyncSync(file);
      closeSync(file);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const other = findOwner(dataDir);
      if (other || attempt > 2)
        throw new AppError(
          'locked',
          `Another process (${other?.pid ?? 'unknown'}) is using the data folder ${dataDir}.`,
          {
            fix: other?.url
              ? `It answers at ${other.url}. Stop it first, or set META_AGENT_DATA_DIR to another folder.`
              : 'Stop it first, or set META_AGENT_DATA_DIR to another folder.',
          },
        );
      rmSync(path, { force: true });
    }
  }
  return {
    owner,
    listening(url) {
      owner.url = url;
      writeFileSync(`${path}.new`, JSON.stringify(owner), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
    release: () => rmSync(path, { force: true }),
  };
}

/** Field 22 of /proc/<pid>/stat (proc(5)); null where there is no /proc. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
