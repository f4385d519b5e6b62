import type { Asked, Script } from '../harness/model.ts';

/** A model that looks once into the documents and answers with the first sentence of what it finds. */
export const quoting: Script = (asked) => {
  const { role, results } = asked;
  const done = (name: string): boolean => results.some((result) => result.name === name);
  if (role === 'supervisor')
    return done('propose_plan')
      ? { text: 'The plan is proposed.' }
      : { tool: 'propose_plan', input: { workstreams: [answering] } };
  if (role === 'verifier')
    return done('submit_verdict')
      ? { text: 'Judged.' }
      : { tool: 'submit_verdict', input: { passed: true, reasons: ['Each statement is quoted.'] } };
  if (!done('search_files'))
    return { tool: 'search_files', input: { query: asked.brief.slice(0, 300), limit: 3 } };
  const quotes = quotesIn(asked);
  const said = quotes.map(({ quote }, index) => `The document says: ${quote} [${index + 1}]`).join('\n\n');
  if (role === 'chat') {
    const sources = quotes.map(({ id, quote }, index) => `[${index + 1}] ${id} "${quote}"`).join('\n');
    return { slowly: `${preface}\n\n${said}\n\n${sources}`.split(/(?<= )/), everyMs: 40 };
  }
  if (done('write_artifact')) return { text: 'The artifact is written.' };
  return {
    tool: 'write_artifact',
    input: {
      name: 'answer.md',
      content: `# Answer\n\n${said}\n`,
      citations: quotes.map(({ id, quote }, index) => ({ marker: index + 1, passage_id: id, quote })),
    },
  };
};

const answering = {
  name: 'Answer',
  tasks: [
    { key: 'find', title: 'Find what the documents say', agent: 'researcher', model_tier: 'sonnet' },
    {
      key: 'write',
      title: 'Write the answer',
      agent: 'writer',
      model_tier: 'sonnet',
      depends_on: ['find'],
      definition_of_done: ['Each statement is quoted.'],
    },
  ],
};

const preface = 'I looked into your documents before I answered this question, and found the following.';

interface Passage {
  id: string;
  text: string;
}

/** The first line that is no heading, of each passage that was found. */
function quotesIn({ results }: Asked): { id: string; quote: string }[] {
  const found = results.filter(({ name }) => name === 'search_files');
  const passages = found.flatMap(({ content }) => (JSON.parse(content) as { passages: Passage[] }).passages);
  return passages.map(({ id, text }) => ({
    id,
    quote: (text.split('\n').find((line) => /^[^#]*[a-z]{3}/i.test(line)) ?? text).replaceAll('"', '').trim(),
  }));
}
