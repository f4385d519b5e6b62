import { defineOperation, type Operation } from '../../operations/index.ts';
import { projectsContract as contract } from './contract.ts';
import type { ProjectEvents } from './events.ts';
import type { ProjectService } from './service.ts';

export function projectOperations(service: ProjectService, events: ProjectEvents): Operation[] {
  return [
    defineOperation(contract.list, (context, input) => service.list(context, input)),
    defineOperation(contract.create, (context, input) => service.create(context, input)),
    defineOperation(contract.get, (context, input) => service.get(context, input.project_id)),
    defineOperation(contract.update, (context, input) => service.update(context, input)),
    defineOperation(contract.delete, (context, input) => service.delete(context, input.project_id)),
    defineOperation(contract.plan, (context, input) => service.plan(context, input)),
    defineOperation(contract.start, (context, input) => service.start(context, input.project_id)),
    defineOperation(contract.pause, (context, input) => service.pause(context, input.project_id)),
    defineOperation(contract.graph, (context, input) => service.graph(context, input.project_id)),
    defineOperation(contract.activity, (context, input) => service.activity(context, input)),
    defineOperation(contract.events, (context, input) => events.follow(context, input.project_id)),
    defineOperation(contract.createWorkstream, (context, input) => service.createWorkstream(context, input)),
    defineOperation(contract.updateWorkstream, (context, input) => service.updateWorkstream(context, input)),
    defineOperation(contract.deleteWorkstream, (context, input) =>
      service.deleteWorkstream(context, input.id),
    ),
    defineOperation(contract.createTask, (context, input) => service.createTask(context, input)),
    defineOperation(contract.getTask, (context, input) => service.getTask(context, input.id)),
    defineOperation(contract.updateTask, (context, input) => service.updateTask(context, input)),
    defineOperation(contract.deleteTask, (context, input) => service.deleteTask(context, input.id)),
    defineOperation(contract.addDependency, (context, input) => service.addDependency(context, input)),
    defineOperation(contract.removeDependency, (context, input) => service.removeDependency(context, input)),
    defineOperation(contract.approveTask, (context, input) => service.approveTask(context, input.id)),
    defineOperation(contract.answerTask, (context, input) => service.answerTask(context, input)),
    defineOperation(contract.retryTask, (context, input) => service.retryTask(context, input)),
    defineOperation(contract.cancelTask, (context, input) => service.cancelTask(context, input.id)),
    defineOperation(contract.listRuns, (context, input) => service.listRuns(context, input)),
    defineOperation(contract.listSteps, (context, input) => service.listSteps(context, input)),
    defineOperation(contract.listArtifacts, (context, input) => service.listArtifacts(context, input)),
    defineOperation(contract.getArtifact, (context, input) => service.getArtifact(context, input.id)),
    defineOperation(contract.promoteArtifact, (context, input) => service.promoteArtifact(context, input.id)),
    defineOperation(contract.listDecisions, (context, input) => service.listDecisions(context, input)),
    defineOperation(contract.createDecision, (context, input) => service.createDecision(context, input)),
    defineOperation(contract.listBudgets, (context, input) => service.listBudgets(context, input.project_id)),
    defineOperation(contract.setBudget, (context, input) => service.setBudget(context, input)),
  ];
}
