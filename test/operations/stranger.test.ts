import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAppError } from '../../src/kernel/errors.ts';
import { callOperation, type Operation } from '../../src/operations/index.ts';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { plannedProject, runToEnd } from '../harness/project.ts';
import { until } from '../harness/until.ts';

// Walks every operation as somebody else, with the real ids of Ada's rows. What comes back must hold nothing of hers.
const marker = 'zebrafish';
let app: TestApp;
let ada: Person;
let bob: Person;
let world: Record<string, string>;

beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  bob = await app.person('bob@example.org');
  await app.work();
  const { client } = ada;
  const project_id = await plannedProject(ada, `What does the ${marker} eat?`, {
    [`${marker}.md`]: `# ${marker}\n\nThe ${marker} eats algae and worms.\n`,
  });
  await runToEnd(ada, project_id);
  const project = { id: project_id };
  const file = (await client.files.list({ project_id })).items[0] ?? { id: '' };
  const graph = await client.projects.graph({ project_id: project.id });
  const artifacts = await client.projects.listArtifacts({ project_id: project.id });
  await client.projects.createDecision({ project_id: project.id, decision_text: `Decide ${marker}` });
  await client.projects.setBudget({
    project_id: project.id,
    model_tier: 'sonnet',
    allocated_tokens: 1e9,
    allocated_cost: null,
  });
  const fact = await client.memory.create({ content: `I love the ${marker}` });
  const conversation = await client.conversations.create({
    title: `About ${marker}`,
    project_id: project.id,
  });
  const sent = await client.conversations.send({
    conversation_id: conversation.id,
    content: `What does the ${marker} eat?`,
  });
  await until(async () => {
    const { messages } = await client.conversations.get({ conversation_id: conversation.id });
    return messages.every(({ status }) => status !== 'streaming');
  }, 'the answer is given');
  const promptCategory = await client.prompts.createCategory({ name: `About ${marker}` });
  const prompt = await client.prompts.create({
    title: `Ask about a ${marker}`,
    content: `What does the ${marker} eat?`,
    category_id: promptCategory.id,
  });
  const canvas = await client.canvas.create({
    title: `Drawing of a ${marker}`,
    content: `The ${marker} swims.`,
    conversation_id: conversation.id,
  });
  const canvasLink = await client.canvas.createShare({ artifact_id: canvas.id });
  const { share } = await client.conversations.createShare({ conversation_id: conversation.id });
  const approval = await app.database.withOwner(async (owner) => {
    const { rows } = await owner.query(
      `insert into meta_tool_approvals (message_id, call_key, tool_name, tool_input) values ($1, 'k', 'remember', $2)
       returning id`,
      [sent.assistant_message.id, JSON.stringify({ content: marker })],
    );
    return rows[0].id as string;
  });
  const { api_key } = await client.auth.createKey({ name: `Key ${marker}` });
  const provider = await client.settings.createProvider({
    kind: 'openai',
    name: `Provider ${marker}`,
    api_key: `sk-${marker}`,
    is_default: false,
  });
  const preset = await client.preferences.createPreset({ name: `Preset ${marker}` });
  const rule = await client.preferences.createRule({
    rule_type: 'global',
    name: `Rule ${marker}`,
    content: `Always think of the ${marker}.`,
  });
  await client.preferences.setConversation({
    conversation_id: conversation.id,
    model_parameters: { stop_sequences: [marker] },
  });
  const organization = await client.organizations.create({ name: `Friends of the ${marker}` });
  await client.organizations.addProject({ organization_id: organization.id, project_id });
  const invited = await client.organizations.invite({
    organization_id: organization.id,
    email: `${marker}@example.org`,
  });
  await client.usage.setLimit({ organization_id: organization.id, max_tokens: 1e12 });
  const persona = await client.personas.create({
    name: `Persona ${marker}`,
    description: `Knows the ${marker}`,
    system_prompt: `You are a ${marker}.`,
  });
  const knowledge = await client.personas.addKnowledge({ persona_id: persona.id, file_id: file.id });
  const change = (await client.preferences.history({})).items[0];
  const candidate = await app.database.withOwner(async (owner) => {
    const { rows } = await owner.query(
      `insert into meta_memory_candidates (user_id, content, extracted_by) values ($1, $2, 'rules') returning id`,
      [ada.id, `Feeds the ${marker}`],
    );
    return rows[0].id as string;
  });
  const session = await app.database.withOwner(async (owner) => {
    const { rows } = await owner.query(
      `insert into sessions (user_id, token_hash, csrf_secret, expires_at, user_agent)
       values ($1, 'h', 'c', now() + interval '1 day', $2) returning id`,
      [ada.id, marker],
    );
    return rows[0].id as string;
  });
  world = {
    user: ada.id,
    project: project.id,
    workstream: graph.workstreams[0]?.id ?? '',
    task: graph.tasks[0]?.id ?? '',
    otherTask: graph.tasks[1]?.id ?? '',
    artifact: artifacts.items[0]?.id ?? '',
    file: file.id,
    fact: fact.id,
    candidate,
    conversation: conversation.id,
    message: sent.assistant_message.id,
    share: share.id,
    canvas: canvas.id,
    prompt: prompt.id,
    promptCategory: promptCategory.id,
    canvasShare: canvasLink.share.id,
    approval,
    key: api_key.id,
    provider: provider.id,
    preset: preset.id,
    rule: rule.id,
    organization: organization.id,
    invitation: invited.invitation.id,
    persona: persona.id,
    knowledge: knowledge.id,
    change: change?.id ?? '',
    session,
  };
}, 150_000);
afterAll(() => app.close());

/** Field values that aim at Ada's rows. `id` depends on the domain. */
function inputFor(operation: Operation): Record<string, unknown> {
  const byDomain: Record<string, string | undefined> = {
    auth: world.session,
    keys: world.key,
    users: world.user,
    providers: world.provider,
    files: world.file,
    memory: world.fact,
    workstreams: world.workstream,
    tasks: world.task,
    runs: world.task,
    artifacts: world.artifact,
    presets: world.preset,
    rules: world.rule,
    settings: world.change,
  };
  const values: Record<string, unknown> = {
    id: byDomain[operation.id.split('.')[0] ?? ''],
    project_id: world.project,
    organization_id: world.organization,
    invitation_id: world.invitation,
    workstream_id: world.workstream,
    depends_on_task_id: world.otherTask,
    depends_on: [world.task],
    parent_task_id: world.task,
    supersedes_id: world.fact,
    candidate_id: world.candidate,
    keep_id: world.fact,
    other_id: world.fact,
    ids: [world.fact],
    conversation_id: world.conversation,
    message_id: world.message,
    share_id: operation.id.startsWith('canvas.') ? world.canvasShare : world.share,
    artifact_id: world.canvas,
    prompt_id: world.prompt,
    category_id: world.promptCategory,
    format: 'meta-agent-prompts',
    prompts: [{ title: 'Mine', content: 'Mine' }],
    version: 1,
    persona_id: world.persona,
    knowledge_id: world.knowledge,
    file_id: world.file,
    approval_id: world.approval,
    file_ids: [world.file],
    rating: 1,
    decision: 'allowed',
    permission: 'never',
    user_id: world.user,
    role: 'admin',
    query: marker,
    search: marker,
    name: 'Mine now',
    title: 'Mine now',
    goal: 'Mine now, all of it',
    content: 'hello',
    answer: 'yes',
    decision_text: 'Mine now',
    confirm: 'forget everything',
    model_tier: 'sonnet',
    allocated_tokens: 1,
    allocated_cost: 1,
    email: 'new@example.org',
    password: 'another long password',
    current_password: 'wrong password here',
    new_password: 'another long password',
    token: 'guess',
    kind: 'ollama',
    rule_type: 'global',
    provider_id: world.provider,
    all: 'true',
  };
  return Object.fromEntries(
    Object.keys(operation.input.shape).flatMap((field) =>
      values[field] === undefined ? [] : [[field, values[field]]],
    ),
  );
}

/** Those that a stranger may run, because they only touch the stranger's own things. */
const harmless = new Set(['auth.sign-out']);

test('no operation shows or changes anything of somebody else', { timeout: 120_000 }, async () => {
  const principal = await app.app.authenticator.bearer(bob.key);
  const before = await snapshot();
  const walked: string[] = [];
  for (const operation of app.app.registry.all()) {
    if (harmless.has(operation.id)) continue;
    const abort = new AbortController();
    let seen: unknown;
    try {
      const answer = callOperation(
        operation,
        { principal, signal: abort.signal, ip: 'test' },
        inputFor(operation),
      );
      if (operation.flow) {
        const events: unknown[] = [];
        setTimeout(() => abort.abort(), 300);
        for await (const event of answer as AsyncIterable<unknown>) events.push(event);
        seen = events;
      } else seen = await answer;
    } catch (error) {
      if (!isAppError(error)) throw error;
      expect(error.code, `${operation.id}: ${error.message}`).not.toBe('internal');
      seen = { message: error.message, details: error.details };
    }
    const text = JSON.stringify(seen);
    // The stranger's own words come back in an echo; Ada's must not.
    expect(text.replaceAll(`"query":"${marker}"`, ''), operation.id).not.toContain(marker);
    for (const [name, id] of Object.entries(world))
      if (!text.includes('does not exist'))
        expect(text, `${operation.id} shows Ada's ${name}`).not.toContain(id);
    walked.push(operation.id);
  }
  expect(walked.length).toBe(app.app.registry.all().length - harmless.size);
  expect(await snapshot()).toEqual(before);
});

test('nobody without a sign-in gets anything but health, sign-in and docs', async () => {
  for (const operation of app.app.registry.all().filter(({ scope }) => scope !== 'public'))
    expect(() =>
      callOperation(
        operation,
        { principal: { kind: 'anonymous' }, signal: new AbortController().signal },
        {},
      ),
    ).toThrow(/not signed in/);
  for (const path of [`/api/files/${world.file}/content`, `/api/artifacts/${world.artifact}/content`, '/mcp'])
    expect((await app.fetch(path)).status).toBe(401);
});

test('bytes of files and artifacts are not found by a stranger', async () => {
  for (const path of [`/api/files/${world.file}/content`, `/api/artifacts/${world.artifact}/content`]) {
    const asBob = await app.fetch(path, { headers: { authorization: `Bearer ${bob.key}` } });
    expect(asBob.status).toBe(404);
    const asAda = await app.fetch(path, { headers: { authorization: `Bearer ${ada.key}` } });
    expect(asAda.status).toBe(200);
  }
});

test('a project of somebody else takes no upload', async () => {
  const response = await bob.upload('mine.md', '# Mine', world.project);
  expect(response.status).toBe(404);
});

/** Everything of Ada's that a stranger could have changed. */
async function snapshot(): Promise<unknown> {
  return app.database.withOwner(async (owner) => {
    const rows = await Promise.all(
      [
        'meta_projects',
        'organizations',
        'organization_members',
        'organization_invitations',
        'usage_limits',
        'meta_workstreams',
        'meta_tasks',
        'meta_task_dependencies',
        'meta_decisions',
        'meta_budgets',
        'meta_artifacts',
        'meta_memory_facts',
        'meta_memory_candidates',
        'meta_memory_settings',
        'meta_memory_trash',
        'meta_conversations',
        'meta_messages',
        'meta_conversation_shares',
        'canvas_artifacts',
        'prompt_library',
        'prompt_versions',
        'prompt_categories',
        'canvas_versions',
        'canvas_shares',
        'meta_tool_approvals',
        'meta_file_metadata',
        'api_keys',
        'model_providers',
        'parameter_presets',
        'user_rules',
        'user_settings',
      ].map((table) =>
        owner.query(
          `select to_jsonb(t) - array['last_used_at', 'usage_count', 'last_accessed_at', 'access_count', 'embedding',
             'embedding_bits', 'embedding_model', 'text_embedding', 'updated_at', 'message_count', 'total_tokens', 'last_sequence',
             'last_message_at', 'total_cost', 'model_used'] as row
           from ${table} t where position($1 in t::text) = 0 order by 1`,
          [bob.id],
        ),
      ),
    );
    return rows.map((result) => result.rows);
  });
}
