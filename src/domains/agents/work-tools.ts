import { z } from 'zod';
import { found, json, type Session } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/ids.ts';
import type { FileService } from '../files/index.ts';
import { insertDecision, insertDependency, insertTask, updateTask } from '../projects/index.ts';
import * as artifacts from './artifacts.ts';
import { defineTool, type TaskScope, type Tool, type ToolScope } from './tool.ts';

/** Parts an agent may hand on of one task. How deep they may go is the schema's to say (max_task_depth). */
const maxSubtasks = 20;

const specialists = ['researcher', 'analyst', 'architect', 'engineer', 'writer', 'reviewer'] as const;

/** Tools of the specialists: what they make, decide, hand on and ask. */
export function workTools(files: FileService): Tool[] {
  return [
    defineTool({
      name: 'write_artifact',
      description:
        'Hand in a finished document in Markdown. Put a marker like [1] behind each statement that rests on a ' +
        'passage, and list each marker once with the passage id and a verbatim quote from that passage. ' +
        'Writing the same name again makes a new version.',
      input: z.object({
        name: z.string().trim().min(1).max(200),
        type: z.string().trim().min(1).max(50).default('document'),
        content: z.string().min(1).max(500_000),
        citations: z
          .array(
            z.object({
              marker: z.union([z.string().regex(/^\[?\d+\]?$/), z.number().int().positive()]),
              passage_id: z.uuid(),
              quote: z.string().trim().min(1).max(5_000),
            }),
          )
          .max(500)
          .default([]),
      }),
      async prepare({ principal, signal }, { content }) {
        return files.putContent(
          principal,
          'agent-artifacts',
          new TextEncoder().encode(content),
          'text/markdown',
          signal,
        );
      },
      async run(session, scope, { name, type, content, citations }, stored) {
        const task = taskOf(scope);
        const cited = await artifacts.checkCitations(session, citations);
        await files.recordObject(session, scope.principal, stored, 'text/markdown');
        const artifact = await artifacts.insertArtifact(session, {
          task_id: task.task_id,
          project_id: task.project_id,
          run_id: task.run_id,
          name,
          type,
          content,
          stored,
          checksum: sha256(content),
          idempotency_key: scope.key,
        });
        await artifacts.insertCitations(session, artifact.id, task.project_id, cited);
        return { artifact_id: artifact.id, name, version: artifact.version, citations: cited.length };
      },
    }),
    defineTool({
      name: 'record_decision',
      description: 'Record a choice you made, why, and what else was possible.',
      input: z.object({
        decision: z.string().trim().min(1).max(5_000),
        rationale: z.string().trim().max(10_000).optional(),
        alternatives: z.array(z.string().trim().min(1).max(2_000)).max(20).default([]),
      }),
      async run(session, scope, { decision, rationale, alternatives }) {
        const task = taskOf(scope);
        const row = await insertDecision(session, {
          project_id: task.project_id,
          task_id: task.task_id,
          run_id: task.run_id,
          decision_text: decision,
          rationale,
          alternatives,
          made_by_agent: scope.agent,
          idempotency_key: scope.key,
        });
        return { recorded: row !== undefined };
      },
    }),
    defineTool({
      name: 'create_subtask',
      description:
        'Hand a part of the work to another agent. Tasks that wait for yours will wait for it as well.',
      input: z.object({
        title: z.string().trim().min(1).max(200),
        description: z.string().trim().max(20_000).optional(),
        agent: z.enum(specialists).default('researcher'),
      }),
      async run(session, scope, { title, description, agent }) {
        const task = taskOf(scope);
        if ((await artifacts.countSubtasks(session, task.task_id)) >= maxSubtasks)
          throw new AppError('unprocessable', `A task has at most ${maxSubtasks} subtasks.`, {
            fix: 'Do the rest of the work yourself.',
          });
        const id = await insertTask(session, task.project_id, {
          workstream_id: task.workstream_id,
          parent_task_id: task.task_id,
          title,
          description,
          assigned_agent: agent,
          model_tier: 'sonnet',
          idempotency_key: scope.key,
        });
        for (const waiting of await artifacts.dependentsOf(session, task.task_id))
          await insertDependency(session, task.project_id, waiting, id);
        return { task_id: id };
      },
    }),
    defineTool({
      name: 'ask_human',
      description: 'Ask the person when you cannot go on without an answer. Work stops until they answer.',
      input: z.object({ question: z.string().trim().min(1).max(5_000) }),
      waits: true,
      async run(session, scope, { question }) {
        const task = taskOf(scope);
        found(await updateTask(session, task.task_id, { question, status: 'blocked' }), 'The task');
      },
    }),
  ];
}

/** The verifier's only way to speak. */
export const verdictTool: Tool = defineTool({
  name: 'submit_verdict',
  description: 'Say whether the work meets each point of the definition of done, with reasons.',
  input: z.object({
    passed: z.boolean(),
    reasons: z.array(z.string().trim().min(1).max(2_000)).max(30).default([]),
  }),
  async run(session: Session, scope: ToolScope, verdict) {
    const task = taskOf(scope);
    await session
      .updateTable('meta_tasks')
      .set({ verification: json(verdict) })
      .where('id', '=', task.task_id)
      .execute();
    return verdict;
  },
});

export function taskOf(scope: Pick<ToolScope, 'task'>): TaskScope {
  if (!scope.task)
    throw new AppError('invalid_input', 'This tool belongs to a task.', { fix: 'Answer in words instead.' });
  return scope.task;
}
