import { z } from 'zod';
import type { ImageLoader } from '../../domains/completions/index.ts';
import { readDataUrl } from '../../domains/completions/index.ts';
import { AppError } from '../../kernel/errors.ts';
import type { MessagePart, ReasoningEffort, ToolCall } from '../../providers/model/index.ts';
import { unsupported } from './errors.ts';

/** Pictures and documents of one request. */
const maxParts = 50;

export const effort = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);

/** The port knows one name for the least and one for the most a model can do. */
export const toEffort = (value: z.output<typeof effort>): ReasoningEffort =>
  value === 'minimal' ? 'none' : value === 'xhigh' ? 'max' : value;

/** What a vendor wants back with a tool call, under the field in which Google's own endpoint sends it. */
export const extraContent = z
  .object({ vendor: z.record(z.string(), z.record(z.string(), z.unknown())) })
  .partial()
  .nullish();

/** A call as the port has it. Errors: `invalid_input` when its arguments are no JSON object. */
export function toToolCall(
  id: string,
  name: string,
  text: string,
  extra: z.output<typeof extraContent>,
  param: string,
): ToolCall {
  let input: unknown;
  try {
    input = JSON.parse(text || '{}');
  } catch {
    // said below
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new AppError('invalid_input', `${param}: The arguments of ${name} are no JSON object.`, {
      fix: 'Send the call back as it came.',
      details: { issues: [{ field: param }] },
    });
  return {
    id,
    name,
    input: input as Record<string, unknown>,
    ...(extra?.vendor ? { vendor: extra.vendor } : {}),
  };
}

/** Pictures and documents of one request, as they are read. */
export class PartReader {
  readonly #images: ImageLoader;
  readonly #signal: AbortSignal;
  #count = 0;

  constructor(images: ImageLoader, signal: AbortSignal) {
    this.#images = images;
    this.#signal = signal;
  }

  image(url: string): Promise<MessagePart> {
    this.#take();
    return this.#images.load(url, this.#signal);
  }

  file(data: string | null | undefined, name: string | null | undefined, param: string): MessagePart {
    this.#take();
    if (!data) throw unsupported(param, 'A file is read from its bytes alone.', 'Send them as file_data.');
    return { type: 'file', ...readDataUrl(data), ...(name ? { name } : {}) };
  }

  #take(): void {
    if (++this.#count > maxParts)
      throw new AppError('invalid_input', `A request may hold ${maxParts} pictures and files.`, {
        fix: 'Send fewer.',
      });
  }
}
