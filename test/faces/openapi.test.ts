import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../harness/app.ts';
import { send } from '../harness/browser.ts';

interface Described {
  operationId: string;
  summary?: string;
  parameters?: { in: string; name: string; required?: boolean }[];
  responses: Record<string, unknown>;
}

interface Description {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Described>>;
  components: { securitySchemes: Record<string, unknown> };
}

let app: TestApp;
let description: Description;
beforeAll(async () => {
  app = await openTestApp();
  description = (await send(app, 'GET', '/openapi.json')).body;
});
afterAll(() => app.close());

test('it is OpenAPI 3.1 and says how to sign in', () => {
  expect(description.openapi).toMatch(/^3\.1\./);
  expect(description.info).toMatchObject({
    title: expect.any(String),
    version: expect.any(String),
  });
  expect(Object.keys(description.components.securitySchemes).length).toBeGreaterThan(0);
});

test('every operation is there, with its fields, answer and errors', () => {
  const listed = new Set<string>();
  for (const [path, methods] of Object.entries(description.paths))
    for (const [method, operation] of Object.entries(methods)) {
      expect(listed).not.toContain(operation.operationId);
      listed.add(operation.operationId);
      expect(operation.summary, `${method} ${path}`).toBeTruthy();
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const { parameters = [] } = operation;
      expect(
        parameters
          .filter((one) => one.in === 'path')
          .map(({ name }) => name)
          .sort(),
      ).toEqual(inPath.sort());
      expect(parameters.every((one) => one.in !== 'path' || one.required)).toBe(true);
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
      expect(Object.keys(operation.responses).some((status) => /^[45]|default/.test(status))).toBe(true);
    }
  for (const { id, method, path } of app.app.registry.all()) {
    expect(listed, id).toContain(id);
    expect(description.paths[`/api${path}`]?.[method.toLowerCase()]?.operationId).toBe(id);
  }
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(description).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
    ([, at]) => at ?? '',
  );
  for (const reference of references) {
    const target = reference
      .split('/')
      .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], description);
    expect(target, reference).toBeDefined();
  }
});

test('the docs page names every operation and loads nothing from elsewhere', async () => {
  const { body } = await send(app, 'GET', '/docs');
  for (const { id } of app.app.registry.all()) expect(body).toContain(id);
  expect(body).not.toMatch(/src=["']https?:|<link[^>]+https?:/);
});
