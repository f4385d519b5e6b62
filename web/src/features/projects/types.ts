import type { z } from 'zod';
import type {
  activity,
  artifact,
  budget,
  citation,
  modelTier,
  projectEvent,
  projectStatus,
  run,
  step,
  taskStatus,
  workstream,
} from '../../../../src/domains/projects/shapes/contract.ts';

export type { Project, Task } from '../../../../src/domains/projects/shapes/contract.ts';
export type Activity = z.output<typeof activity>;
export type Artifact = z.output<typeof artifact>;
export type Budget = z.output<typeof budget>;
export type Citation = z.output<typeof citation>;
export type ModelTier = z.output<typeof modelTier>;
export type ProjectEvent = z.output<typeof projectEvent>;
export type ProjectStatus = z.output<typeof projectStatus>;
export type Run = z.output<typeof run>;
export type Step = z.output<typeof step>;
export type TaskStatus = z.output<typeof taskStatus>;
export type Workstream = z.output<typeof workstream>;
