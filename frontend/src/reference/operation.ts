// One call: words and shapes on one side, examples and the way to try it on the other.
import { element } from "../shared/dom.ts";
import { type Page, attempt } from "./attempt.ts";
import { curl } from "./call.ts";
import { block, pretty } from "./code.ts";
import { fields, kind } from "./schema.ts";
import type { Answer, Content, Operation, Parameter, Reference } from "./spec.ts";
import { inline, paragraphs } from "./words.ts";

export function operationView(operation: Operation, reference: Reference, page: Page): HTMLElement {
  const title = `${operation.id}-title`;
  return element(
    "section",
    { id: operation.id, class: "operation", "aria-labelledby": title },
    element("h3", { id: title }, element("a", { href: `#${operation.id}` }, operation.summary)),
    element("p", { class: "line" }, method(operation), " ", element("code", { class: "path" }, breakable(operation))),
    element(
      "div",
      { class: "sides" },
      element("div", { class: "words" }, ...paragraphs(operation.description), ...shapes(operation, reference)),
      element("div", { class: "codes" }, ...(operation.isEvent ? shown(operation.body, "Body") : codes(operation, page))),
    ),
  );
}

export function method(operation: Operation): HTMLElement {
  const name = operation.isEvent ? "EVENT" : operation.method;
  return element("span", { class: "method", "data-method": name }, name);
}

/** Long paths may break behind a slash. */
function breakable(operation: Operation): DocumentFragment {
  const made = document.createDocumentFragment();
  for (const part of operation.path.split(/(?<=\/)/)) made.append(part, element("wbr"));
  return made;
}

function shapes(operation: Operation, { schemas }: Reference): HTMLElement[] {
  const { parameters, body, answers, isEvent } = operation;
  const found: HTMLElement[] = [];
  if (parameters.length > 0) {
    found.push(heading(isEvent ? "Headers" : "Parameters"), element("ul", { class: "fields" }, ...parameters.map(parameterRow)));
  }
  if (body) found.push(heading("Body"), fields(body.schema, schemas, true));
  found.push(heading("Answers"), element("ul", { class: "answers" }, ...answers.map((each) => answerRow(each, schemas))));
  return found;
}

function parameterRow({ name, in: place, required, description, schema }: Parameter): HTMLElement {
  return element(
    "li",
    {},
    element(
      "p",
      { class: "field" },
      element("code", { class: "field-name" }, name),
      " ",
      element("span", { class: "type" }, `${kind(schema, {})} in ${place}`),
      ...(required ? [" ", element("span", { class: "required" }, "required")] : []),
    ),
    ...(description === undefined ? [] : [element("p", {}, ...inline(description))]),
  );
}

function answerRow(answer: Answer, schemas: Reference["schemas"]): HTMLElement {
  const { status, description, headers, content } = answer;
  const summary = element("summary", {}, element("code", { class: "status", "data-kind": status.slice(0, 1) }, status), " ");
  summary.append(element("span", {}, ...inline(description)));
  if (content === null) return element("li", {}, element("div", { class: "answer" }, ...summary.childNodes));
  const made = element("details", { class: "answer" }, summary);
  made.addEventListener("toggle", () => {
    if (!made.open || made.childElementCount > 1) return;
    if (headers.length > 0) made.append(element("p", {}, "Headers: ", ...inline(headers.map((name) => `\`${name}\``).join(", "))));
    for (const { name, value } of content.examples) made.append(block(name === "Example" ? "Example" : `Example: ${name}`, pretty(value)).root);
    if (status.startsWith("2")) made.append(fields(content.schema, schemas, false));
  });
  return element("li", {}, made);
}

function codes(operation: Operation, page: Page): HTMLElement[] {
  const line = block("curl", curl(page.base, operation, { values: placeholders(operation), body: null }));
  const trying = attempt(operation, page, line.show);
  const opener = element("details", { class: "try" }, element("summary", {}, "Try it"), trying.root);
  const examples = operation.body?.examples ?? [];
  const show = (at: number): void => {
    const example = examples[at];
    if (example === undefined) return;
    trying.fill(pretty(example.value));
    if (!opener.open) line.show(curl(page.base, operation, { values: placeholders(operation), body: pretty(example.value) }));
  };
  const choice = examples.length > 1 ? [chooser(examples.map(({ name }) => name), show)] : [];
  show(0);
  return [...choice, line.root, ...answered(operation), opener];
}

function chooser(names: readonly string[], choose: (at: number) => void): HTMLElement {
  const select = element("select", {}, ...names.map((name, at) => element("option", { value: String(at) }, name)));
  select.addEventListener("change", () => choose(Number(select.value)));
  return element("label", { class: "chooser" }, element("span", {}, "Example"), select);
}

function answered({ answers }: Operation): HTMLElement[] {
  const good = answers.find(({ status }) => status.startsWith("2"));
  return shown(good?.content ?? null, `Answer ${good?.status ?? ""}`.trim());
}

function shown(content: Content | null, label: string): HTMLElement[] {
  const examples = content?.examples ?? [];
  return examples.map(({ name, value }) => block(name === "Example" ? label : `${label}: ${name}`, pretty(value)).root);
}

/** In the path the examples' ids stand where the reader's own will. */
function placeholders({ parameters }: Operation): Record<string, string> {
  const inPath = parameters.filter(({ in: place }) => place === "path");
  return Object.fromEntries(inPath.map(({ name, example }) => [name, example === undefined ? `{${name}}` : String(example)]));
}

function heading(text: string): HTMLElement {
  return element("h4", {}, text);
}
