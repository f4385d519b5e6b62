import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { invalidInput } from '../../operations/index.ts';
import { textOfTokens } from '../../providers/model/index.ts';

const tokens = z.array(z.number().int().min(0)).min(1).max(8_192);
const embeddingRequest = z.looseObject({
  model: z.string().min(1).max(300),
  input: z.union([
    z.string().min(1),
    z.array(z.string()).min(1).max(2_048),
    tokens,
    z.array(tokens).min(1).max(2_048),
  ]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.number().int().min(1).nullish(),
});

export interface EmbeddingInput {
  model: string;
  texts: string[];
  dimensions: number | undefined;
  base64: boolean;
}

/** Errors: `invalid_input` naming the field. */
export function readEmbeddingRequest(body: Record<string, unknown>): EmbeddingInput {
  const parsed = embeddingRequest.safeParse(body);
  if (!parsed.success) throw invalidInput(parsed.error);
  const { model, input, encoding_format, dimensions } = parsed.data;
  const several = (typeof input === 'string' || typeof input[0] === 'number' ? [input] : input) as (
    | string
    | number[]
  )[];
  return {
    model,
    texts: several.map((one) => (typeof one === 'string' ? one : decoded(one))),
    dimensions: dimensions ?? undefined,
    base64: encoding_format === 'base64',
  };
}

function decoded(list: number[]): string {
  const text = textOfTokens(list);
  if (text === undefined)
    throw new AppError('invalid_input', 'input: These are no tokens of the encoding cl100k_base.', {
      fix: 'Send texts.',
      details: { issues: [{ field: 'input' }] },
    });
  return text;
}

/** The vectors as numbers, or as the bytes of 32-bit floats, little end first. */
export function embeddingList({ model, base64 }: EmbeddingInput, vectors: number[][], used: number) {
  return {
    object: 'list',
    model,
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: base64 ? bytesOf(vector).toString('base64') : vector,
    })),
    usage: { prompt_tokens: used, total_tokens: used },
  };
}

function bytesOf(vector: number[]): Buffer {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes;
}
