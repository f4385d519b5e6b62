import type { UserPrincipal } from '../../database/index.ts';
import type { Fact } from '../memory/index.ts';
import type { PersonalEmbedding } from '../usage/index.ts';
import { answererFor, type Chosen, chosenFor, factsFor, lookedFor, type TurnDeps } from './turn.ts';

/** How long what was read may be used: what a person chose may have changed since. */
const freshMs = 1_000;
/** Where more answers wait than these, theirs comes later than what would be read for them is fresh. */
const mostAhead = 4;

interface Reading {
  chosen: Promise<Chosen>;
  facts?: Promise<Fact[]>;
}

/** A question that is being kept. */
interface Asked {
  conversation_id: string;
  answer_id: string;
  principal: UserPrincipal;
}

/**
 * Reads what an answer is given while its question is still being kept, for the worker of this process: with the
 * rights that the answer will have, and for a moment only.
 */
export class ReadAhead {
  readonly #deps: TurnDeps;
  readonly #embedding: PersonalEmbedding;
  readonly #readings = new Map<string, Reading>();
  #isServed = false;

  constructor(deps: TurnDeps, embedding: PersonalEmbedding) {
    this.#deps = deps;
    this.#embedding = embedding;
  }

  /** Says that answers are produced in this process. */
  serve(): void {
    this.#isServed = true;
  }

  /** What the person and the conversation choose. */
  begin({ conversation_id, answer_id, principal }: Asked): void {
    if (!this.#isServed || this.#readings.size >= mostAhead) return;
    const { database } = this.#deps;
    const answerer = answererFor(principal);
    const chosen = database.as(
      answerer,
      (session) => chosenFor(this.#deps, session, answerer, conversation_id),
      { atOnce: true },
    );
    chosen.catch(() => {});
    this.#readings.set(answer_id, { chosen });
    setTimeout(() => this.#readings.delete(answer_id), freshMs).unref();
  }

  /** Facts for a question in a conversation that is not private, or at least the vector they are looked for by. */
  look({ answer_id, principal }: Asked, question: string, project_id: string | null): void {
    const reading = this.#readings.get(answer_id);
    if (!reading) {
      this.#embedding.expect(lookedFor(question));
      return;
    }
    reading.facts = factsFor(this.#deps, { question, project_id, is_private: false }, answererFor(principal));
    reading.facts.catch(() => {});
  }

  /** What was read for an answer, once. */
  take(answerId: string): Reading | undefined {
    const reading = this.#readings.get(answerId);
    this.#readings.delete(answerId);
    return reading;
  }
}
