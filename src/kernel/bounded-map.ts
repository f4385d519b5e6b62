/** A map that keeps the `most` values set last and forgets the oldest for a new one. */
export class BoundedMap<K, V> extends Map<K, V> {
  readonly #most: number;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override set(key: K, value: V): this {
    const [oldest] = this.keys();
    if (oldest !== undefined && this.size >= this.#most && !this.has(key)) this.delete(oldest);
    return super.set(key, value);
  }
}
