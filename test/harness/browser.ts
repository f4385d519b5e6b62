import type { TestApp } from './app.ts';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
  headers: Headers;
}

/** Sends JSON through the HTTP surface and reads what comes back. */
export async function send(
  app: TestApp,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await app.fetch(path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json');
  return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers };
}

/** A browser: keeps the session cookie and sends the CSRF token, from an address of its own. */
export class Browser {
  readonly #app: TestApp;
  readonly #address: string;
  cookie = '';
  csrf = '';

  constructor(app: TestApp, address: string) {
    this.#app = app;
    this.#address = address;
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await send(this.#app, method, path, body, {
      'x-forwarded-for': this.#address,
      ...(this.cookie ? { cookie: this.cookie } : {}),
      ...(this.csrf ? { 'x-csrf-token': this.csrf } : {}),
      ...headers,
    });
    const set = answer.headers.get('set-cookie');
    if (set) this.cookie = set.split(';')[0] ?? '';
    if (answer.body?.csrf_token) this.csrf = answer.body.csrf_token;
    return answer;
  }

  signIn(email: string, password: string): Promise<Answer> {
    return this.call('POST', '/api/auth/sign-in', { email, password });
  }
}
