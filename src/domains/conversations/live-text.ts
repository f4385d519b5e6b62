/** What a model writes in one call, ahead of what is kept of it. */
export interface LiveAnswer {
  conversation_id: string;
  /** The whole text of the answer, what earlier calls said included. */
  text: string;
  /** Of the call under way, where the person is shown it. */
  reasoning: string;
  /** The tool call that is being written, with its arguments so far. */
  call: { id: string; tool: string; input: string } | null;
  /** Which call of the model it is. */
  round: number;
}

/**
 * The text of answers that this process produces, ahead of the database, which is told of it a few times a second:
 * followers in this process read along word by word, and those in others see what is kept.
 */
export class LiveText {
  readonly #answers = new Map<string, LiveAnswer>();
  #onGrow: (conversationId: string) => void = () => {};

  /** Calls `handler` with the conversation whenever one of its answers has grown. */
  listen(handler: (conversationId: string) => void): void {
    this.#onGrow = handler;
  }

  /** The text an answer has now: when a call begins or has ended, and when something is taken back. */
  set(conversationId: string, answerId: string, text: string): void {
    const round = (this.#answers.get(answerId)?.round ?? 0) + 1;
    this.#answers.set(answerId, { conversation_id: conversationId, text, reasoning: '', call: null, round });
    this.#onGrow(conversationId);
  }

  grow(answerId: string, more: string): void {
    this.#change(answerId, (answer) => {
      answer.text += more;
    });
  }

  think(answerId: string, more: string): void {
    this.#change(answerId, (answer) => {
      answer.reasoning += more;
    });
  }

  /** Of several calls in one answer the last is shown. */
  call(answerId: string, id: string, tool: string, more: string): void {
    this.#change(answerId, (answer) => {
      if (answer.call?.id !== id) answer.call = { id, tool, input: '' };
      answer.call.input += more;
    });
  }

  /** From here on the database has it all. */
  end(answerId: string): void {
    this.#answers.delete(answerId);
  }

  get(answerId: string): Readonly<LiveAnswer> | undefined {
    return this.#answers.get(answerId);
  }

  /** How many answers this process produces. */
  get size(): number {
    return this.#answers.size;
  }

  #change(answerId: string, change: (answer: LiveAnswer) => void): void {
    const answer = this.#answers.get(answerId);
    if (!answer) return;
    change(answer);
    this.#onGrow(answer.conversation_id);
  }
}
