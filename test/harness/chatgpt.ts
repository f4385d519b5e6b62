/** A node of the tree of a conversation. */
export const node = (id: string, parent: string | null, children: string[], message: unknown) => ({
  id,
  parent,
  children,
  message,
});
/** A message in it. */
export const say = (role: string, content: unknown, more: object = {}) => ({
  author: { role },
  content: typeof content === 'string' ? { content_type: 'text', parts: [content] } : content,
  create_time: 1_700_000_000.5,
  recipient: 'all',
  ...more,
});
/** A conversation as ChatGPT exports it: branches, steps, files (one of them lost), and nodes that lead nowhere. */
export const chatgpt = {
  title: 'Imported zebras',
  conversation_id: 'gpt-1',
  create_time: 1_700_000_000,
  current_node: 'a2',
  mapping: {
    root: node('root', null, ['sys'], null),
    sys: node(
      'sys',
      'root',
      ['q1'],
      say('system', 'You are ChatGPT', { metadata: { is_visually_hidden_from_conversation: true } }),
    ),
    q1: node(
      'q1',
      'sys',
      ['call', 'a1'],
      say(
        'user',
        {
          content_type: 'multimodal_text',
          parts: [
            { content_type: 'image_asset_pointer', asset_pointer: 'file-service://file-abc' },
            'Why stripes?\u0000',
          ],
        },
        {
          metadata: {
            attachments: [
              { id: 'file-abc', name: 'zebra.png' },
              { id: 'file-lost', name: 'lost.pdf' },
            ],
          },
        },
      ),
    ),
    a1: node('a1', 'q1', [], say('assistant', 'An older answer')),
    call: node(
      'call',
      'q1',
      ['result'],
      say('assistant', { content_type: 'code', text: 'search("zebra")' }, { recipient: 'browser' }),
    ),
    result: node('result', 'call', ['a2'], {
      ...say('tool', 'a page about zebras'),
      author: { role: 'tool', name: 'browser' },
    }),
    a2: node(
      'a2',
      'result',
      [],
      say('assistant', 'Stripes confuse flies.', { metadata: { model_slug: 'gpt-4o' } }),
    ),
    odd: node('odd', 'gone', ['odd2'], 'not an object'),
    loop1: node('loop1', 'loop2', ['loop2'], say('user', 'never reached')),
    loop2: node('loop2', 'loop1', ['loop1'], say('assistant', 'neither')),
  },
};
/** The file `file-abc` of it. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
