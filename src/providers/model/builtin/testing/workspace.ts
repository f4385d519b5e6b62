import { chunkText } from '../../../extraction/chunk.ts';
import { type Brief, type BriefResult, renderBrief } from '../../brief.ts';
import type { ModelMessage, ModelProvider, ToolCall, ToolSpec } from '../../port.ts';
import { createBuiltinModel } from '../provider.ts';

/** An agent loop as small as it can be over documents in memory, for tests of the model alone. */

interface Stored {
  id: string;
  file_id: string;
  file: string;
  heading_path: string[];
  page: number | null;
  text: string;
  char_start: number;
  char_end: number;
}
export interface Artifact extends BriefResult {
  type: string;
}

const schemas: Record<string, Record<string, unknown>> = {
  search_files: { query: { type: 'string' }, limit: { type: 'integer', maximum: 40 } },
  list_files: {},
  read_file: {
    file_id: { type: 'string' },
    offset: { type: 'integer' },
    limit: { type: 'integer', maximum: 20_000 },
  },
  search_memory: { query: { type: 'string' } },
  remember: { content: { type: 'string' }, category: { type: 'string' } },
  write_artifact: { name: { type: 'string' }, type: { type: 'string' }, content: { type: 'string' } },
  record_decision: { decision: { type: 'string' } },
  propose_plan: { workstreams: { type: 'array' } },
  submit_verdict: { passed: { type: 'boolean' } },
};
const toolsOf: Record<string, string[]> = {
  supervisor: ['search_files', 'list_files', 'propose_plan'],
  verifier: ['search_files', 'list_files', 'read_file', 'submit_verdict'],
  chat: ['search_files', 'list_files', 'read_file', 'search_memory', 'remember'],
};
const specialist = [
  'search_files',
  'list_files',
  'read_file',
  'search_memory',
  'remember',
  'write_artifact',
  'record_decision',
];

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\d]+/gu) ?? [];

export class Workspace {
  readonly calls: ToolCall[] = [];
  readonly artifacts: Artifact[] = [];
  readonly #passages: Stored[] = [];
  readonly #files: { id: string; file_name: string; text: string }[];
  readonly #model: ModelProvider = createBuiltinModel('Built-in');
  readonly #facts: { content: string; category: string }[] = [];

  constructor(documents: Record<string, string>) {
    this.#files = Object.entries(documents).map(([file_name, text], i) => ({
      id: `f${i + 1}`,
      file_name,
      text,
    }));
    for (const { id, file_name, text } of this.#files) {
      const mimeType = file_name.endsWith('.md') ? 'text/markdown' : 'text/plain';
      for (const chunk of chunkText(text, { mimeType })) {
        this.#passages.push({
          id: `${id}-p${chunk.ordinal}`,
          file_id: id,
          file: file_name,
          heading_path: chunk.headingPath,
          page: chunk.page,
          text: chunk.content,
          char_start: chunk.charStart,
          char_end: chunk.charEnd,
        });
      }
    }
  }

  passage(id: string): Stored | undefined {
    return this.#passages.find((passage) => passage.id === id);
  }

  /** Runs one agent to its end and gives its last words. */
  async run(role: string, brief: Partial<Brief> & { goal: string }): Promise<string> {
    const text = renderBrief({ definitionOfDone: [], earlierResults: [], work: [], feedback: [], ...brief });
    return this.converse(
      role,
      [{ role: 'user', content: role === 'chat' ? brief.goal : text }],
      brief.task?.title,
    );
  }

  async converse(role: string, conversation: ModelMessage[], task = 'chat'): Promise<string> {
    const messages: ModelMessage[] = [
      { role: 'system', content: `You are an agent.\nRole: ${role}\nBe exact.` },
      ...conversation,
    ];
    const tools = (toolsOf[role] ?? specialist).map(
      (name): ToolSpec => ({
        name,
        description: name,
        inputSchema: { type: 'object', properties: schemas[name] ?? {} },
      }),
    );
    for (let turn = 0; turn < 40; turn += 1) {
      let said = '';
      const toolCalls: ToolCall[] = [];
      for await (const event of this.#model.stream({ model: 'extractive', messages, tools })) {
        if (event.type === 'text') said += event.text;
        if (event.type === 'tool-call')
          toolCalls.push({ id: event.id, name: event.name, input: event.input });
        if (event.type === 'finish' && event.error !== undefined) throw new Error(event.error.message);
      }
      if (toolCalls.length === 0) return said;
      messages.push({ role: 'assistant', text: said, toolCalls });
      for (const call of toolCalls) {
        this.calls.push(call);
        const output = JSON.stringify(this.#call(call, role, task));
        const content = output.length > 24_000 ? `${output.slice(0, 24_000)}… (shortened)` : output;
        messages.push({ role: 'tool', toolCallId: call.id, toolName: call.name, content });
      }
    }
    throw new Error('the model does not come to an end');
  }

  #call({ name, input }: ToolCall, role: string, task: string): unknown {
    switch (name) {
      case 'list_files':
        return { files: this.#files.map(({ id, file_name }) => ({ id, file_name })) };
      case 'search_files':
        return { passages: this.#search(String(input.query), Number(input.limit)) };
      case 'read_file': {
        const file = this.#files.find(({ id }) => id === input.file_id);
        const offset = Number(input.offset);
        const text = file?.text.slice(offset, offset + Number(input.limit)) ?? '';
        return { file_name: file?.file_name, offset, total: file?.text.length ?? 0, text };
      }
      case 'search_memory':
        return { facts: this.#facts };
      case 'remember':
        this.#facts.push(input as { content: string; category: string });
        return { ok: true };
      case 'write_artifact':
        return this.#write(input, role, task);
      default:
        return { ok: true };
    }
  }

  #search(query: string, limit: number): (Stored & { score: number })[] {
    const asked = new Set(words(query));
    const scored = this.#passages.map((passage) => {
      const own = new Set(words(`${passage.heading_path.join(' ')} ${passage.text}`));
      return { ...passage, score: [...asked].filter((word) => own.has(word)).length };
    });
    return scored
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, limit);
  }

  #write(input: Record<string, unknown>, agent: string, task: string): unknown {
    const cited = input.citations as { marker: number; passage_id: string; quote: string }[];
    const citations = cited.map(({ marker, passage_id, quote }) => {
      const passage = this.passage(passage_id);
      if (!passage?.text.includes(quote)) throw new Error(`[${marker}] is not in its passage: ${quote}`);
      return {
        marker: String(marker),
        passageId: passage_id,
        file: passage.file,
        headingPath: passage.heading_path,
        page: null,
        quote,
      };
    });
    this.artifacts.push({
      task,
      agent,
      artifact: String(input.name),
      type: String(input.type),
      content: String(input.content),
      citations,
    });
    return { artifact_id: 'a', version: 1 };
  }
}

interface PlannedTask {
  key: string;
  title: string;
  description: string;
  agent: string;
  definition_of_done: string[];
  depends_on: string[];
}

/** Plans a goal, runs its tasks in order, each on the results it depends on, and verifies each. The last artifact is the deliverable. */
export async function deliver(
  workspace: Workspace,
  goal: string,
): Promise<{ deliverable: Artifact; verdicts: unknown[]; tasks: PlannedTask[] }> {
  await workspace.run('supervisor', { goal });
  const plan = workspace.calls.find(({ name }) => name === 'propose_plan')?.input as {
    workstreams: { tasks: PlannedTask[] }[];
  };
  const tasks = plan.workstreams.flatMap((workstream) => workstream.tasks);
  const made = new Map<string, Artifact>();
  const verdicts: unknown[] = [];
  for (const { key, title, description, agent, definition_of_done, depends_on } of tasks) {
    const earlierResults = depends_on.flatMap((needed) => made.get(needed) ?? []);
    await workspace.run(agent, {
      goal,
      task: { title, description },
      definitionOfDone: definition_of_done,
      earlierResults,
    });
    const artifact = workspace.artifacts.at(-1);
    if (artifact === undefined) throw new Error(`${title} made no artifact`);
    made.set(key, artifact);
    await workspace.run('verifier', {
      goal,
      task: { title, description },
      definitionOfDone: definition_of_done,
      work: [artifact],
    });
    verdicts.push(workspace.calls.at(-1)?.input);
  }
  const deliverable = workspace.artifacts.at(-1);
  if (deliverable === undefined) throw new Error('nothing was delivered');
  return { deliverable, verdicts, tasks };
}
