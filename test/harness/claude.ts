/** A conversation as Claude exports it: an attachment with its text, a file that is lost, steps, and a message of nobody. */
export const claude = {
  uuid: 'claude-1',
  name: 'Imported otters',
  created_at: '2024-05-01T10:00:00Z',
  chat_messages: [
    {
      uuid: 'm1',
      sender: 'human',
      text: 'Sum this up',
      content: [{ type: 'text', text: 'Sum this up' }],
      created_at: '2024-05-01T10:00:00Z',
      attachments: [{ file_name: 'notes.pdf', extracted_content: 'Otters hold hands.' }],
      files: [{ file_name: 'photo.jpg' }],
    },
    {
      uuid: 'm2',
      sender: 'assistant',
      text: '',
      content: [
        { type: 'thinking', thinking: 'Let me see' },
        { type: 'tool_use', name: 'repl', input: { code: '1' } },
        { type: 'tool_result', content: [{ type: 'text', text: '1' }] },
        { type: 'text', text: 'They hold hands.' },
      ],
      created_at: '2024-05-01T10:01:00Z',
    },
    { uuid: 'm3', sender: 'nobody', text: '?' },
  ],
};
