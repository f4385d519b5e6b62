import { z } from 'zod';
import { AppError } from '../../src/kernel/errors.ts';
import { contract, defineOperation, type Operation } from '../../src/operations/operation.ts';

const tool = (id: string, summary: string) =>
  contract({
    id,
    summary,
    method: 'POST',
    path: `/${id}`,
    scope: 'signed-in',
    input: z.object({}),
    output: z.string(),
    tool: true,
  });

/** The tools that the suite calls, as far as an operation can be one: it answers with text, or fails with a sentence. */
export const fixtures: Operation[] = [
  defineOperation(
    tool('test_simple_text', 'Answers with text'),
    async () => 'This is a simple text response for testing.',
  ),
  defineOperation(tool('test_error_handling', 'Fails'), async () => {
    throw new AppError('unprocessable', 'This tool intentionally returns an error for testing', {
      fix: 'Nothing helps.',
    });
  }),
];
