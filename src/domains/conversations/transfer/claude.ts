import {
  clean,
  dateOf,
  type ImportedAttachment,
  type ImportedConversation,
  type ImportedMessage,
  isObject,
  listOf,
  type Problem,
  textOf,
} from './imported.ts';

/**
 * A conversation of a Claude data export: `chat_messages` in order, or a tree where they name their parents. The text of
 * attachments is in the export; other files are named only.
 */
export function readClaude(value: unknown): ImportedConversation {
  const raw = isObject(value) ? value : {};
  const external_id = textOf(raw.uuid) ?? '';
  const created_at = dateOf(raw.created_at, new Date());
  const problems: Problem[] = [];
  const messages: ImportedMessage[] = [];
  const known = new Set<string>();
  if (!Array.isArray(raw.chat_messages))
    problems.push({ kind: 'conversation', external_id, problem: 'It has no messages.' });
  for (const [index, message] of listOf(raw.chat_messages).entries()) {
    const id = isObject(message)
      ? (textOf(message.uuid) ?? `${external_id}:${index}`)
      : `${external_id}:${index}`;
    if (!isObject(message) || (message.sender !== 'human' && message.sender !== 'assistant')) {
      problems.push({ kind: 'message', external_id: id, problem: 'It is of nobody that is known.' });
      continue;
    }
    const { text, reasoning, steps } = readContent(message);
    const attachments = readFiles(message);
    if (text === '' && attachments.length === 0 && steps.length === 0) continue;
    const named = textOf(message.parent_message_uuid);
    messages.push({
      external_id: id,
      parent: named !== null && known.has(named) ? named : (messages.at(-1)?.external_id ?? null),
      role: message.sender === 'human' ? 'user' : 'assistant',
      content: text,
      created_at: dateOf(message.created_at, created_at),
      model: null,
      reasoning,
      attachments,
      steps: message.sender === 'assistant' ? steps : [],
    });
    known.add(id);
  }
  return {
    external_id,
    title: textOf(raw.name),
    created_at,
    messages,
    leaf: messages.at(-1)?.external_id ?? null,
    problems,
  };
}

function readContent(message: Record<string, unknown>) {
  const texts: string[] = [];
  const thoughts: string[] = [];
  const steps: ImportedMessage['steps'] = [];
  for (const part of listOf(message.content).filter(isObject)) {
    if (part.type === 'text' && typeof part.text === 'string') texts.push(part.text);
    else if (part.type === 'thinking' && typeof part.thinking === 'string') thoughts.push(part.thinking);
    else if (part.type === 'tool_use')
      steps.push({ tool_name: textOf(part.name) ?? 'tool', input: part.input ?? {}, output: '' });
    else if (part.type === 'tool_result') {
      const last = steps.at(-1);
      if (last) last.output = clean(JSON.stringify(part.content ?? ''));
    }
  }
  const text = texts.length > 0 ? texts.join('\n\n') : typeof message.text === 'string' ? message.text : '';
  return {
    text: clean(text).trim(),
    reasoning: thoughts.length > 0 ? clean(thoughts.join('\n\n')) : null,
    steps,
  };
}

function readFiles(message: Record<string, unknown>): ImportedAttachment[] {
  const texts = listOf(message.attachments)
    .filter(isObject)
    .map((file) => {
      const text = textOf(file.extracted_content);
      return { name: textOf(file.file_name) ?? 'pasted text', ...(text === null ? {} : { text }) };
    });
  const files = listOf(message.files)
    .filter(isObject)
    .map((file) => ({ name: textOf(file.file_name) ?? 'file' }))
    .filter(({ name }) => !texts.some((text) => text.name === name));
  return [...texts, ...files];
}
