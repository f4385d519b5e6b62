/**
 * The text of answers that this process produces, ahead of the database, which is told of it a few times a second:
 * followers in this process read along word by word, and those in others see what is kept.
 */
export class LiveText {
  readonly #answers = new Map<string, { conversation_id: string; text: string }>();
  #onGrow: (conversationId: string) => void = () => {};

  /** Calls `handler` with the conversation whenever one of its answers has grown. */
  listen(handler: (conversationId: string) => void): void {
    this.#onGrow = handler;
  }

  /** The text an answer has now: when it begins, and when something is taken back. */
  set(conversationId: string, answerId: string, text: string): void {
    this.#answers.set(answerId, { conversation_id: conversationId, text });
    this.#onGrow(conversationId);
  }

  grow(answerId: string, more: string): void {
    const answer = this.#answers.get(answerId);
    if (!answer) return;
    answer.text += more;
    this.#onGrow(answer.conversation_id);
  }

  /** From here on the database has it all. */
  end(answerId: string): void {
    this.#answers.delete(answerId);
  }

  get(answerId: string): string | undefined {
    return this.#answers.get(answerId)?.text;
  }

  /** How many answers this process produces. */
  get size(): number {
    return this.#answers.size;
  }
}
