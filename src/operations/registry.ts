import type { Operation } from './operation.ts';

/** All operations of the product, by id. Ids and routes are unique. */
export class Registry {
  readonly #byId = new Map<string, Operation>();

  constructor(operations: Iterable<Operation>) {
    const routes = new Set<string>();
    for (const operation of operations) {
      const route = `${operation.method} ${operation.path.replace(/\{[^}]+\}/g, '{}')}`;
      if (this.#byId.has(operation.id)) throw new Error(`two operations are called ${operation.id}`);
      if (routes.has(route)) throw new Error(`two operations answer ${route}`);
      routes.add(route);
      this.#byId.set(operation.id, operation);
    }
  }

  get(id: string): Operation | undefined {
    return this.#byId.get(id);
  }

  all(): Operation[] {
    return [...this.#byId.values()];
  }
}
