import type { OperationShape } from '../operations/operation.ts';
import { authContract } from './auth/contract.ts';
import { canvasContract } from './canvas/contract.ts';
import { conversationsContract } from './conversations/contract.ts';
import { extensionsContract } from './extensions/contract.ts';
import { filesContract } from './files/contract.ts';
import { memoryContract } from './memory/contract.ts';
import { organizationsContract } from './organizations/contract.ts';
import { personasContract } from './personas/contract.ts';
import { preferencesContract } from './preferences/contract.ts';
import { projectsContract } from './projects/contract.ts';
import { promptsContract } from './prompts/contract.ts';
import { settingsContract } from './settings/contract.ts';
import { usageContract } from './usage/contract.ts';

/** Every operation of the product by domain, without what answers it: what the console and the client import. */
export const contracts = {
  auth: authContract,
  settings: settingsContract,
  usage: usageContract,
  preferences: preferencesContract,
  extensions: extensionsContract,
  files: filesContract,
  memory: memoryContract,
  projects: projectsContract,
  organizations: organizationsContract,
  conversations: conversationsContract,
  canvas: canvasContract,
  prompts: promptsContract,
  personas: personasContract,
};

/** All of them in one list. */
export const allContracts: OperationShape[] = Object.values(contracts).flatMap((shapes) =>
  Object.values(shapes),
);
