import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAppError } from '../../src/kernel/errors.ts';
import { callOperation, type Operation } from '../../src/operations/index.ts';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { activeProject } from '../harness/project.ts';

// Random input to every operation: it answers as its contract says, or with a fault of the input. Never with one of ours.
const runsPerOperation = 25;
let app: TestApp;
let ada: Person;
let ids: string[];
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  const { project_id, workstream_id } = await activeProject(ada, 'Any');
  const { client } = ada;
  const one = await client.projects.createTask({ workstream_id, title: 'One' });
  const two = await client.projects.createTask({ workstream_id, title: 'Two', depends_on: [one.id] });
  const { id: conversation } = await client.conversations.create({ project_id });
  const { user_message: question, assistant_message: answer } = await client.conversations.send({
    conversation_id: conversation,
    content: 'Anything?',
  });
  const { id: fact } = await client.memory.create({ content: 'A fact' });
  const { id: other } = await client.memory.create({ content: 'Something else' });
  const file = (await (await ada.upload('a.md', '# A', project_id)).json()) as { id: string };
  ids = [
    project_id,
    workstream_id,
    one.id,
    two.id,
    conversation,
    question.id,
    answer.id,
    fact,
    other,
    file.id,
    ada.id,
  ];
});
afterAll(() => app.close());

const wild = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.double(),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    "' or 1=1 --",
    '%',
    '\ud83e',
    '../..',
    '9'.repeat(400),
    -1,
    0,
    1e308,
    2 ** 53,
  ),
);

const plausible = (): unknown[] => [
  ...ids,
  ...fc.sample(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), { numRuns: 5, seed: 1 }),
  ...fc.sample(fc.integer(), { numRuns: 3, seed: 1 }),
  1,
  0.5,
  true,
  null,
  [],
  ids.slice(2, 4),
  ['*'],
  {},
  { sonnet: 'a' },
  'sonnet',
  'researcher',
  'active',
  'true',
  'fact',
  'user',
  'openai-compatible',
  'http://127.0.0.1:9',
  'a@example.org',
  'a long enough password',
  'knowledge-base',
  '2030-01-01T00:00:00Z',
  Buffer.from('["2030-01-01T00:00:00Z","00000000-0000-4000-8000-000000000000"]').toString('base64url'),
];

/** Values of a field: often one that its schema takes, so that what lies behind the schema is reached. */
function fieldValue(operation: Operation, field: string): fc.Arbitrary<unknown> {
  const schema = operation.input.shape[field] as { safeParse(value: unknown): { success: boolean } };
  const tame = plausible().filter((value) => schema.safeParse(value).success);
  if (tame.length === 0) return wild;
  return fc.oneof({ arbitrary: fc.constantFrom(...tame), weight: 6 }, { arbitrary: wild, weight: 1 });
}

const inputOf = (operation: Operation) =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record(
        Object.fromEntries(
          Object.keys(operation.input.shape).map((field) => [field, fieldValue(operation, field)]),
        ),
        { requiredKeys: [] },
      ),
    },
    { weight: 1, arbitrary: fc.jsonValue() },
  );

test('no input makes an operation fail by itself', { timeout: 240_000 }, async () => {
  const principal = await app.app.authenticator.bearer(ada.key);
  let answered = 0;
  for (const operation of app.app.registry.all().filter(({ flow }) => !flow)) {
    await fc.assert(
      fc.asyncProperty(inputOf(operation), async (input) => {
        try {
          const context = { principal, signal: new AbortController().signal, ip: newAddress() };
          operation.output.parse(await callOperation(operation, context, input));
          answered++;
        } catch (error) {
          if (!isAppError(error)) throw error;
          expect(`${operation.id} ${error.code}: ${error.message}`).not.toMatch(
            / (internal|unavailable|timeout):/,
          );
          expect(error.fix, `${operation.id}: ${error.message}`).toBeTruthy();
        }
      }),
      { numRuns: runsPerOperation, seed: 4711 },
    );
  }
  // Enough of them got behind the schemas.
  expect(answered).toBeGreaterThan(100);
  expect((await ada.client.auth.status({})).user?.id).toBe(ada.id);
});

let addresses = 0;
/** Sign-in is limited for each address. */
const newAddress = () => `test ${addresses++}`;
