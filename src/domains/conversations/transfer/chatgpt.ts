import {
  clean,
  dateOf,
  type ImportedAttachment,
  type ImportedConversation,
  type ImportedMessage,
  isObject,
  type Json,
  listOf,
  type Problem,
  textOf,
} from './imported.ts';

interface Node {
  id: string;
  parent: string | null;
  children: string[];
  message: Json | null;
}

type Step = ImportedMessage['steps'][number];

/**
 * A conversation of a ChatGPT data export: `mapping` is its tree. Nodes that people do not see (system, hidden) are
 * left out and what follows them moves up; tool calls and their results become steps of the answer after them.
 */
export function readChatGpt(value: unknown): ImportedConversation {
  const problems: Problem[] = [];
  const raw = isObject(value) ? value : {};
  const external_id = textOf(raw.conversation_id) ?? textOf(raw.id) ?? '';
  const created_at = dateOf(raw.create_time, new Date());
  const nodes = readNodes(raw.mapping, external_id, problems);
  const messages: ImportedMessage[] = [];
  const keptAs = new Map<string, string>();
  // A tree in the file may be a loop in a broken one: each node is visited once, from the roots.
  const seen = new Set<string>();
  const waiting: { id: string; parent: string | null; steps: Step[] }[] = [...nodes.values()]
    .filter((node) => node.parent === null || !nodes.has(node.parent))
    .map((node) => ({ id: node.id, parent: null, steps: [] }))
    .reverse();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const node = nodes.get(next.id);
    if (!node || seen.has(next.id)) continue;
    seen.add(next.id);
    let { parent, steps } = next;
    try {
      const read = readMessage(node, created_at);
      if (read?.step) steps = [...steps, read.step];
      else if (read?.message) {
        const { role } = read.message;
        messages.push({ ...read.message, parent, steps: role === 'assistant' ? steps : [] });
        parent = node.id;
        if (role === 'assistant') steps = [];
      }
    } catch (error) {
      problems.push({ kind: 'message', external_id: node.id, problem: String(error) });
    }
    if (parent !== null) keptAs.set(node.id, parent);
    for (const child of [...node.children].reverse()) waiting.push({ id: child, parent, steps });
  }
  for (const id of nodes.keys())
    if (!seen.has(id))
      problems.push({
        kind: 'message',
        external_id: id,
        problem: 'It hangs on no beginning of the conversation.',
      });
  return {
    external_id,
    title: textOf(raw.title),
    created_at,
    messages,
    leaf: keptAs.get(textOf(raw.current_node) ?? '') ?? messages.at(-1)?.external_id ?? null,
    problems,
  };
}

function readNodes(mapping: unknown, conversation: string, problems: Problem[]): Map<string, Node> {
  const nodes = new Map<string, Node>();
  if (!isObject(mapping)) {
    problems.push({ kind: 'conversation', external_id: conversation, problem: 'It has no messages.' });
    return nodes;
  }
  for (const [id, node] of Object.entries(mapping)) {
    if (!isObject(node)) {
      problems.push({ kind: 'message', external_id: id, problem: 'It cannot be read.' });
      continue;
    }
    nodes.set(id, {
      id,
      parent: textOf(node.parent),
      children: listOf(node.children).filter((child) => typeof child === 'string'),
      message: isObject(node.message) ? node.message : null,
    });
  }
  // Some exports name only the parent.
  for (const node of nodes.values()) {
    const parent = nodes.get(node.parent ?? '');
    if (parent && !parent.children.includes(node.id)) parent.children.push(node.id);
  }
  return nodes;
}

type Read =
  | { message: Omit<ImportedMessage, 'parent' | 'steps'>; step?: never }
  | { step: Step; message?: never };

function readMessage({ id, message }: Node, otherwise: Date): Read | null {
  if (!message) return null;
  const author = isObject(message.author) ? message.author : {};
  const metadata = isObject(message.metadata) ? message.metadata : {};
  const { text, attachments } = readContent(message.content);
  if (author.role === 'tool')
    return { step: { tool_name: textOf(author.name) ?? 'tool', input: {}, output: text } };
  if (metadata.is_visually_hidden_from_conversation === true) return null;
  if (author.role !== 'user' && author.role !== 'assistant') return null;
  if (author.role === 'assistant' && typeof message.recipient === 'string' && message.recipient !== 'all')
    return { step: { tool_name: message.recipient, input: { text }, output: '' } };
  for (const file of listOf(metadata.attachments).filter(isObject)) {
    const name = textOf(file.name) ?? 'file';
    const entry = textOf(file.id);
    if (!attachments.some((known) => known.entry === entry))
      attachments.push({ name, ...(entry ? { entry } : {}) });
    else for (const known of attachments) if (known.entry === entry) known.name = name;
  }
  if (text === '' && attachments.length === 0) return null;
  return {
    message: {
      external_id: id,
      role: author.role,
      content: text,
      created_at: dateOf(message.create_time, otherwise),
      model: textOf(metadata.model_slug),
      reasoning: null,
      attachments,
    },
  };
}

function readContent(content: unknown): { text: string; attachments: ImportedAttachment[] } {
  const attachments: ImportedAttachment[] = [];
  if (typeof content === 'string') return { text: clean(content).trim(), attachments };
  if (!isObject(content)) return { text: '', attachments };
  // What the person told ChatGPT about themselves is no part of the talk.
  if (content.content_type === 'user_editable_context' || content.content_type === 'model_editable_context')
    return { text: '', attachments };
  const texts: string[] = [];
  for (const part of listOf(content.parts)) {
    if (typeof part === 'string') texts.push(part);
    else if (isObject(part)) {
      const pointer = textOf(part.asset_pointer);
      if (pointer !== null) {
        const entry = pointer.replace(/^[a-z-]+:\/\//, '').replace(/[?#].*$/, '');
        attachments.push({ name: entry, entry });
      } else if (typeof part.text === 'string') texts.push(part.text);
    }
  }
  if (typeof content.text === 'string')
    texts.push(content.content_type === 'code' ? `\`\`\`\n${content.text}\n\`\`\`` : content.text);
  if (typeof content.result === 'string') texts.push(content.result);
  return { text: clean(texts.filter((text) => text.trim() !== '').join('\n\n')).trim(), attachments };
}
