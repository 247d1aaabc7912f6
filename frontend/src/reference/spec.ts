// Reads the OpenAPI document into what the page shows. Pure; references are followed only when a schema is drawn.

export interface Schema {
  $ref?: string;
  type?: string | string[];
  title?: string;
  description?: string;
  format?: string;
  pattern?: string;
  const?: unknown;
  enum?: unknown[];
  examples?: unknown[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  discriminator?: { propertyName: string; mapping?: Record<string, string> };
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: Schema;
  example?: unknown;
}

export interface Example {
  name: string;
  value: unknown;
}

export interface Content {
  type: string;
  schema: Schema;
  examples: Example[];
}

export interface Answer {
  status: string;
  description: string;
  headers: string[];
  content: Content | null;
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  tag: string;
  summary: string;
  description: string;
  parameters: Parameter[];
  body: Content | null;
  answers: Answer[];
  /** What we send to the customer, rather than the customer to us. */
  isEvent: boolean;
}

export interface Reference {
  base: string;
  groups: { tag: string; description: string; operations: Operation[] }[];
  schemas: Record<string, Schema>;
}

interface RawContent {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface RawBody {
  description?: string;
  headers?: Record<string, unknown>;
  content?: Record<string, RawContent>;
}
interface RawOperation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  parameters?: Parameter[];
  requestBody?: RawBody;
  responses: Record<string, RawBody>;
}
export interface Document {
  servers: { url: string }[];
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, RawOperation>>;
  webhooks: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, Schema> };
}

export function read(document: Document): Reference {
  const operations = [...listed(document.paths, false), ...listed(document.webhooks, true)];
  const groups = document.tags.map(({ name, description }) => ({
    tag: name,
    description: description ?? "",
    operations: operations.filter((each) => each.tag === name),
  }));
  return { base: document.servers[0]?.url ?? "", groups, schemas: document.components.schemas };
}

/** The schema behind a reference, however many there are on the way. */
export function resolved(schema: Schema, schemas: Record<string, Schema>): Schema {
  const name = schema.$ref?.split("/").pop();
  const found = name === undefined ? undefined : schemas[name];
  return found === undefined ? schema : resolved(found, schemas);
}

function listed(paths: Record<string, Record<string, RawOperation>>, isEvent: boolean): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => ({
      id: raw.operationId,
      method: method.toUpperCase(),
      path,
      tag: raw.tags[0] ?? "",
      summary: raw.summary,
      description: raw.description ?? "",
      parameters: raw.parameters ?? [],
      body: content(raw.requestBody),
      answers: Object.entries(raw.responses)
        .map(([status, answer]) => ({
          status,
          description: answer.description ?? "",
          headers: Object.keys(answer.headers ?? {}),
          content: content(answer),
        }))
        .sort((a, b) => a.status.localeCompare(b.status)),
      isEvent,
    })),
  );
}

function content(body: RawBody | undefined): Content | null {
  const first = Object.entries(body?.content ?? {})[0];
  if (first === undefined) return null;
  const [type, raw] = first;
  const examples = Object.entries(raw.examples ?? {}).map(([name, { value }]) => ({ name, value }));
  if ("example" in raw) examples.push({ name: "Example", value: raw.example });
  return { type, schema: raw.schema ?? {}, examples };
}
