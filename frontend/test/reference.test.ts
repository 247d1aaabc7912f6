// The pure parts of the reference: reading the description, search, and calls made of what was typed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { address, curl } from "../src/reference/call.ts";
import { found, matches } from "../src/reference/search.ts";
import { type Document, type Operation, read, resolved } from "../src/reference/spec.ts";

const document: Document = {
  servers: [{ url: "https://wa.example.com" }],
  tags: [{ name: "Messages", description: "Sending" }, { name: "Events" }],
  paths: {
    "/v1/phones/{phoneId}/messages": {
      post: {
        operationId: "messages.send",
        summary: "Send a message",
        tags: ["Messages"],
        parameters: [
          { name: "phoneId", in: "path", required: true, schema: { type: "string" } },
          { name: "Idempotency-Key", in: "header", required: false, schema: { type: "string" } },
          { name: "page", in: "query", required: false, schema: { type: "integer" } },
        ],
        requestBody: {
          content: { "application/json": { schema: { $ref: "#/components/schemas/Send" }, examples: { Café: { value: { type: "text" } } } } },
        },
        responses: {
          "429": { description: "Slow", headers: { "Retry-After": {} } },
          "200": { description: "Sent", content: { "application/json": { example: { data: 1 } } } },
        },
      },
    },
  },
  webhooks: {
    "message.received": { post: { operationId: "webhook.message.received", summary: "message.received", tags: ["Events"], responses: {} } },
  },
  components: { schemas: { Send: { $ref: "#/components/schemas/Text" }, Text: { type: "object", title: "Text" } } },
};

const reference = read(document);
const send = reference.groups[0]?.operations[0] as Operation;

test("the document is read into groups of operations", () => {
  assert.deepEqual(reference.groups.map(({ tag, operations }) => [tag, operations.length]), [["Messages", 1], ["Events", 1]]);
  assert.equal(send.method, "POST");
  assert.deepEqual(send.answers.map(({ status, headers }) => [status, headers]), [["200", []], ["429", ["Retry-After"]]]);
  assert.deepEqual(send.answers[0]?.content?.examples, [{ name: "Example", value: { data: 1 } }]);
  assert.equal(reference.groups[1]?.operations[0]?.isEvent, true);
});

test("references are followed to the end", () => {
  assert.equal(resolved({ $ref: "#/components/schemas/Send" }, reference.schemas).title, "Text");
  assert.deepEqual(resolved({ $ref: "#/components/schemas/None" }, reference.schemas), { $ref: "#/components/schemas/None" });
});

test("every word of a search must be there, accents and case aside", () => {
  for (const query of ["", "send", "SEND message", "idempotency", "post phones", "cafe"]) assert.ok(matches(send, query), query);
  for (const query of ["webhook", "send webhook"]) assert.ok(!matches(send, query), query);
  assert.deepEqual([found(0, "x"), found(1, "x"), found(2, "x"), found(3, " ")], ["Nothing matches “x”.", "1 match", "2 matches", ""]);
});

test("a call has its values in path, query and headers", () => {
  const values = { phoneId: "a/b c", page: " 2 ", "Idempotency-Key": "k" };
  assert.deepEqual(address(send, { values, body: null }), {
    target: "/v1/phones/a%2Fb%20c/messages?page=2",
    headers: { "Idempotency-Key": "k" },
    missing: [],
  });
  assert.deepEqual(address(send, { values: {}, body: null }).missing, ["phoneId"]);
});

test("the line of curl can be pasted", () => {
  assert.equal(
    curl(reference.base, send, { values: { phoneId: "1" }, body: '{"text": "it\'s"}' }),
    [
      "curl 'https://wa.example.com/v1/phones/1/messages' \\",
      '  -H "Authorization: Bearer $KEY" \\',
      '  -H "Content-Type: application/json" \\',
      `  -d '{"text": "it'\\''s"}'`,
    ].join("\n"),
  );
  const removal = { ...send, method: "DELETE", body: null };
  assert.ok(curl("", removal, { values: { phoneId: "1" }, body: null }).startsWith("curl -X DELETE '/v1/phones/1/messages'"));
});
