// The inbox's pure text rules: the window's clock, marks and links, phone numbers, files, template parameters.
import assert from "node:assert/strict";
import { test } from "node:test";

import { adviceFor } from "../src/inbox/text/failures.ts";
import { address, fewEmoji, parse } from "../src/inbox/text/format.ts";
import { fields, filled, parameters, problem, valuesOf } from "../src/inbox/text/params.ts";
import { formatPhone } from "../src/inbox/text/phone.ts";
import { judge } from "../src/inbox/text/validate.ts";
import { windowAt } from "../src/inbox/text/window.ts";
import type { Template } from "../src/inbox/types.ts";

const bytes = (...parts: (string | number)[]): Uint8Array =>
  new Uint8Array(parts.flatMap((part) => (typeof part === "number" ? [part] : [...part].map((char) => char.charCodeAt(0)))));

test("the window counts down, changes its tone at four hours and at one, and closes at nothing left", () => {
  const end = "2026-11-23T12:00:00.000Z";
  const before = (minutes: number): number => Date.parse(end) - minutes * 60_000;
  assert.deepEqual(windowAt(end, before(1203)), { isOpen: true, isNew: false, hours: 20, minutes: 3, level: "calm" });
  assert.equal(windowAt(end, before(240)).level, "soon");
  assert.equal(windowAt(end, before(60)).level, "last");
  assert.equal(windowAt(end, Date.parse(end) - 1).minutes, 1);
  assert.equal(windowAt(end, Date.parse(end)).isOpen, false);
  assert.deepEqual(windowAt(null, 0), { isOpen: false, isNew: true, hours: 0, minutes: 0, level: "closed" });
});

test("marks become elements, also within each other; what only looks like one stays text", () => {
  assert.deepEqual(parse("a *b _c_* d"), ["a ", { kind: "bold", parts: ["b ", { kind: "italic", parts: ["c"] }] }, " d"]);
  assert.deepEqual(parse("~x~ `y*z*` ```q\nr```"), [
    { kind: "strike", parts: ["x"] }, " ", { kind: "code", text: "y*z*" }, " ", { kind: "block", text: "q\nr" },
  ]); // prettier-ignore
  for (const plain of ["2*3*4", "* a *", "*a\nb*", "snake_case_name", "**", "a ` b"]) assert.deepEqual(parse(plain), [plain]);
});

test("links are found whole, without the sentence's end, and only of four kinds", () => {
  assert.deepEqual(parse("see https://a.example/x_y_z?q=1, ok"), [
    "see ", { kind: "link", href: "https://a.example/x_y_z?q=1", text: "https://a.example/x_y_z?q=1" }, ", ok",
  ]); // prettier-ignore
  assert.deepEqual(parse("www.a.example"), [{ kind: "link", href: "https://www.a.example/", text: "www.a.example" }]);
  assert.deepEqual(parse("write a@b.example"), ["write ", { kind: "link", href: "mailto:a@b.example", text: "a@b.example" }]);
  assert.equal(address("javascript:alert(1)"), null);
  assert.deepEqual(parse("javascript:alert(1)"), ["javascript:alert(1)"]);
  assert.equal(parse("https://a.example https://b.example").filter((each) => typeof each !== "string").length, 2);
});

test("a few emoji alone are large; digits, words and crowds are not", () => {
  assert.equal(fewEmoji("👍"), 1);
  assert.equal(fewEmoji("👨‍👩‍👧 ❤️"), 2);
  for (const other of ["", "1", "ok 👍", "👍👍👍👍", "123"]) assert.equal(fewEmoji(other), 0);
});

test("phone numbers are grouped as people read them; masked ones stay", () => {
  assert.equal(formatPhone("5491155551234"), "+54 9 11 5555-1234");
  assert.equal(formatPhone("+15551234567"), "+1 555 123 4567");
  assert.equal(formatPhone("5511987654321"), "+55 11 98765-4321");
  assert.equal(formatPhone("4915112345678"), "+49 151 123 45678");
  assert.equal(formatPhone("•••• 1234"), "•••• 1234");
  assert.equal(formatPhone(null), "");
});

test("files are judged by their bytes, whatever their name says", () => {
  const png = bytes(0x89, "PNG\r\n", 0x1a, "\n", 0, 0, 0, 0);
  assert.deepEqual(judge({ name: "x.txt", type: "text/plain", size: 9, head: png }), { kind: "image", type: "image/png" });
  assert.deepEqual(judge({ name: "x.png", type: "image/png", size: 9, head: bytes("<!DOCTYPE html><p>") }), { refuse: "page" });
  assert.deepEqual(judge({ name: "x.webp", type: "", size: 9, head: bytes("RIFF....WEBPVP8 ") }), { convert: "image/png" });
  assert.deepEqual(judge({ name: "x.heic", type: "", size: 9, head: bytes(0, 0, 0, 24, "ftypheic") }), { convert: "image/jpeg" });
  assert.deepEqual(judge({ name: "a.pdf", type: "", size: 9, head: bytes("%PDF-1.7") }), { kind: "document", type: "application/pdf" });
  assert.deepEqual(judge({ name: "v.mov", type: "", size: 9, head: bytes(0, 0, 0, 24, "ftypqt  ") }), { refuse: "type" });
  assert.deepEqual(judge({ name: "x.png", type: "", size: 6e6, head: png }), { refuse: "large", limit: 5 * 1024 * 1024 });
  assert.deepEqual(judge({ name: "x", type: "", size: 0, head: bytes() }), { refuse: "empty" });
  assert.deepEqual(judge({ name: "x.csv", type: "image/png", size: 3, head: bytes("a,b") }), { kind: "document", type: "text/csv" });
});

const template = (components: Template["components"]): Template =>
  ({ id: "1", name: "t", language: "en", category: null, parameterFormat: null, components }); // prettier-ignore

test("every variable of a template is asked for, and what was typed becomes its parameters", () => {
  const order = template([
    { type: "HEADER", format: "TEXT", text: "Order {{1}}" },
    { type: "BODY", text: "Hi {{name}}, {{name}}: {{total}}" },
    { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY", text: "No" }, { type: "URL", text: "Go", url: "https://a.example/{{1}}" }, { type: "COPY_CODE" }] },
  ]); // prettier-ignore
  const asked = fields(order.components);
  assert.deepEqual(asked.map((each) => each.id), ["header.1", "body.name", "body.total", "button.1", "button.2"]);
  const values = { "header.1": "7", "body.name": "Ana ", "body.total": "$5", "button.1": "x", "button.2": "SAVE25" };
  const made = parameters(order, values);
  assert.deepEqual(made, {
    header: [{ type: "text", text: "7" }],
    body: [{ type: "text", parameterName: "name", text: "Ana" }, { type: "text", parameterName: "total", text: "$5" }],
    buttons: [
      { type: "button", subType: "url", index: 1, parameters: [{ type: "text", text: "x" }] },
      { type: "button", subType: "copy_code", index: 2, parameters: [{ type: "coupon_code", couponCode: "SAVE25" }] },
    ],
  }); // prettier-ignore
  assert.equal(filled("Hi {{name}} {{other}}", "body.", valuesOf(order, made ?? null)), "Hi Ana {{other}}");
  assert.equal(parameters(template([{ type: "BODY", text: "Hello" }]), {}), undefined);
});

test("media headers and cards of a carousel are asked for too; wrong values are named", () => {
  const cards = template([
    { type: "HEADER", format: "DOCUMENT" },
    { type: "CAROUSEL", cards: [{ components: [{ type: "HEADER", format: "IMAGE" }, { type: "BODY", text: "{{1}}" }] }] },
  ]);
  assert.deepEqual(fields(cards.components).map((each) => each.id), ["media", "card.0.media", "card.0.body.1"]);
  assert.deepEqual(parameters(cards, { media: "9\na.pdf", "card.0.media": "8\nx.png", "card.0.body.1": "A" }), {
    header: [{ type: "document", document: { id: "9", filename: "a.pdf" } }],
    carousel: [{ header: [{ type: "image", image: { id: "8" } }], body: [{ type: "text", text: "A" }] }],
  });
  const [field] = fields([{ type: "BODY", text: "{{1}}" }]);
  assert.ok(field);
  assert.equal(problem(field, " "), "missing");
  assert.equal(problem(field, "a\nb"), "breaks");
  assert.equal(problem(field, "x".repeat(1025)), "long");
  assert.equal(problem(field, "fine"), null);
});

test("another try is offered only where it can help, and a template where only that gets through", () => {
  assert.deepEqual(adviceFor(131047), { text: "failWindow", canRetry: false, template: true });
  assert.equal(adviceFor(131026).canRetry, false);
  assert.equal(adviceFor(131056).canRetry, true);
  assert.equal(adviceFor(undefined).canRetry, true);
});
