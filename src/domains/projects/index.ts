export { completeProject } from './completion.ts';
export { ProjectEvents } from './events.ts';
export { projectOperations } from './operations.ts';
export {
  acceptArtifacts,
  deleteEmptyWorkstreams,
  deleteProposedTasks,
  ensureWorkstream,
  insertDecision,
  insertDependency,
  insertTask,
  updateTask,
} from './queries.ts';
export { ProjectService } from './service.ts';
