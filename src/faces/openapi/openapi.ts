import { errorCodes } from '../../kernel/errors.ts';
import { inputSchema, type Operation, outputSchema, type Registry } from '../../operations/index.ts';

type Schema = Record<string, unknown>;

const problemSchema: Schema = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(errorCodes) },
    detail: { type: 'string' },
    fix: { type: 'string', description: 'What to do about it.' },
    details: { type: 'object' },
  },
};

/** The OpenAPI 3.1 description of every operation and of the upload and download routes. */
export function openApi(registry: Registry, version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of registry.all()) {
    const path = `/api${operation.path}`;
    const item = paths[path] ?? {};
    paths[path] = item;
    item[operation.method.toLowerCase()] = describe(operation);
  }
  paths['/api/files'] = { ...paths['/api/files'], post: upload };
  paths['/api/files/{id}/content'] = { get: download('files.content', 'The bytes of a file') };
  paths['/api/artifacts/{id}/content'] = { get: download('artifacts.content', 'The bytes of an artifact') };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Meta Agent',
      version,
      description: 'Projects, agents, files, memory and chat on one PostgreSQL database.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(registry.all().map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key from Settings.' } },
    },
    security: [{ key: [] }],
  };
}

const tagOf = (operation: Operation): string => operation.id.split('.')[0] ?? operation.id;

function describe(operation: Operation): Record<string, unknown> {
  const { properties = {}, required = [] } = inputSchema(operation) as {
    properties?: Record<string, Schema>;
    required?: string[];
  };
  const pathFields = [...operation.path.matchAll(/\{([^}]+)\}/g)].map(([, field]) => field ?? '');
  const inQuery = operation.method === 'GET' || operation.method === 'DELETE';
  const rest = Object.keys(properties).filter((field) => !pathFields.includes(field));
  const parameters = [
    ...pathFields.map((name) => ({
      name,
      in: 'path',
      required: true,
      schema: properties[name] ?? { type: 'string' },
    })),
    ...(inQuery
      ? rest.map((name) => ({
          name,
          in: 'query',
          required: required.includes(name),
          schema: properties[name],
        }))
      : [idempotencyKey]),
  ];
  const errors = new Set([
    'invalid_input',
    ...(operation.scope === 'public' ? [] : ['unauthenticated', 'forbidden']),
  ]);
  for (const code of operation.errors ?? []) errors.add(code);
  const byStatus = groupByStatus(errors);
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    tags: [tagOf(operation)],
    ...(operation.scope === 'public' ? { security: [] } : {}),
    parameters,
    ...(inQuery || rest.length === 0
      ? {}
      : {
          requestBody: {
            required: required.some((field) => rest.includes(field)),
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  properties: Object.fromEntries(rest.map((field) => [field, properties[field]])),
                  required: required.filter((field) => rest.includes(field)),
                },
                ...(operation.example === undefined ? {} : { example: operation.example }),
              },
            },
          },
        }),
    responses: {
      200: {
        description: operation.flow ? 'A stream of events, one JSON object each.' : 'Done.',
        content: {
          [operation.flow ? 'text/event-stream' : 'application/json']: { schema: outputSchema(operation) },
        },
      },
      ...Object.fromEntries(
        [...byStatus].map(([status, codes]) => [
          String(status),
          {
            description: codes.join(', '),
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        ]),
      ),
    },
    'x-scope': operation.scope,
  };
}

function groupByStatus(codes: Set<string>): Map<number, string[]> {
  const groups = new Map<number, string[]>();
  for (const code of codes) {
    const status = errorCodes[code as keyof typeof errorCodes];
    groups.set(status, [...(groups.get(status) ?? []), code]);
  }
  return groups;
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', maxLength: 200 },
};

const upload = {
  operationId: 'files.upload',
  summary: 'Upload a file: the body is its content, the type is read from the content',
  tags: ['files'],
  parameters: [
    { name: 'file_name', in: 'query', required: true, schema: { type: 'string', maxLength: 255 } },
    {
      name: 'bucket',
      in: 'query',
      required: false,
      description: 'Without it: user-uploads for images, knowledge-base for everything else.',
      schema: { type: 'string' },
    },
    { name: 'project_id', in: 'query', required: false, schema: { type: 'string', format: 'uuid' } },
    idempotencyKey,
  ],
  requestBody: {
    required: true,
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  },
  responses: {
    201: { description: 'Stored; reading its text goes on in the background.' },
    413: { description: 'too_large' },
    415: { description: 'unsupported_type' },
  },
  'x-scope': 'files:write',
};

function download(operationId: string, summary: string): Record<string, unknown> {
  return {
    operationId,
    summary,
    tags: [operationId.split('.')[0]],
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
      { name: 'download', in: 'query', required: false, schema: { type: 'string', enum: ['1'] } },
    ],
    responses: { 200: { description: 'The content.' }, 404: { description: 'not_found' } },
  };
}
