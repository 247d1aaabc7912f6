// A schema as a list of fields: name, type, whether it must be there, limits, words; parts open on demand.
import { type Child, element } from "../shared/dom.ts";
import { type Schema, resolved } from "./spec.ts";
import { inline } from "./words.ts";

type Schemas = Record<string, Schema>;

export function fields(schema: Schema, schemas: Schemas, showsRequired: boolean): HTMLElement {
  const whole = resolved(schema, schemas);
  const choices = alternatives(whole, schemas);
  if (choices.length > 1) {
    const parts = named(whole, choices, schemas).map(([name, choice]) => part(name, choice, schemas, showsRequired));
    return element("div", { class: "choices" }, ...parts);
  }
  const one = resolved(choices[0] ?? whole, schemas);
  if (one.type === "array" && one.items) return fields(one.items, schemas, showsRequired);
  const rows = Object.entries(one.properties ?? {}).map(([name, told]) =>
    row(name, told, schemas, showsRequired && (one.required ?? []).includes(name), showsRequired),
  );
  return element("ul", { class: "fields" }, ...rows);
}

function row(name: string, told: Schema, schemas: Schemas, isRequired: boolean, showsRequired: boolean): HTMLElement {
  const whole = resolved(told, schemas);
  const words = told.description ?? whole.description;
  const limit = limits(told, schemas);
  const children: Child[] = [
    element(
      "p",
      { class: "field" },
      element("code", { class: "field-name" }, name),
      " ",
      element("span", { class: "type" }, kind(told, schemas)),
      ...(isRequired ? [" ", element("span", { class: "required" }, "required")] : []),
    ),
  ];
  if (words !== undefined && words !== "") children.push(element("p", {}, ...inline(words)));
  if (limit !== "") children.push(element("p", { class: "limits" }, ...inline(limit)));
  const inner = nested(told, schemas);
  if (inner) children.push(part(`Fields of ${name}`, inner, schemas, showsRequired));
  return element("li", {}, ...children);
}

/** Drawn when it is opened for the first time: some schemas hold themselves, and most stay closed. */
function part(title: string, schema: Schema, schemas: Schemas, showsRequired: boolean): HTMLElement {
  const made = element("details", { class: "part" }, element("summary", {}, title));
  made.addEventListener("toggle", () => {
    if (made.open && made.childElementCount === 1) {
      const words = resolved(schema, schemas).description;
      if (words !== undefined) made.append(element("p", {}, ...inline(words)));
      made.append(fields(schema, schemas, showsRequired));
    }
  });
  return made;
}

function alternatives(schema: Schema, schemas: Schemas): Schema[] {
  const choices = schema.oneOf ?? schema.anyOf ?? [];
  return choices.filter((choice) => resolved(choice, schemas).type !== "null");
}

function nested(told: Schema, schemas: Schemas): Schema | null {
  const whole = resolved(told, schemas);
  const choices = alternatives(whole, schemas);
  if (choices.length === 1 && choices[0]) return nested(choices[0], schemas);
  if (choices.length > 1) return choices.some((choice) => nested(choice, schemas)) ? whole : null;
  if (whole.type === "array" && whole.items) return nested(whole.items, schemas);
  return whole.properties ? whole : null;
}

/** Alternatives by the value that tells them apart, where one does. */
function named(whole: Schema, choices: Schema[], schemas: Schemas): [string, Schema][] {
  const { propertyName, mapping } = whole.discriminator ?? { propertyName: "" };
  if (!mapping) return choices.map((choice) => [resolved(choice, schemas).title ?? kind(choice, schemas), choice]);
  return Object.entries(mapping).map(([value, $ref]) => [`${propertyName}: "${value}"`, { $ref }]);
}

export function kind(told: Schema, schemas: Schemas): string {
  const whole = resolved(told, schemas);
  const choices = whole.oneOf ?? whole.anyOf;
  if (choices) {
    const kinds = [...new Set(choices.map((choice) => kind(choice, schemas)))];
    return kinds.length > 3 ? "object" : kinds.join(" or ");
  }
  if (whole.type === "array") return `list of ${whole.items ? kind(whole.items, schemas) : "anything"}`;
  if (Array.isArray(whole.type)) return whole.type.join(" or ");
  if (whole.type !== undefined) return whole.format === undefined ? whole.type : `${whole.type} (${whole.format})`;
  return whole.const !== undefined ? JSON.stringify(whole.const) : whole.enum ? "string" : "any";
}

function limits(told: Schema, schemas: Schemas): string {
  const parts = [told, ...(told.anyOf ?? []), ...(told.items ? [told.items] : [])].map((each) => resolved(each, schemas));
  const merged: Schema = Object.assign({}, ...[...parts].reverse());
  const words: string[] = [];
  if (merged.enum) words.push(merged.enum.map((value) => `\`${String(value)}\``).join(", "));
  words.push(...span(merged.minLength, merged.maxLength, "characters"), ...span(merged.minItems, merged.maxItems, "entries"));
  words.push(...span(merged.minimum, merged.maximum, ""));
  const example = merged.examples?.[0];
  if (example !== undefined && typeof example !== "object") words.push(`for example \`${String(example)}\``);
  return words.join("; ");
}

function span(least: number | undefined, most: number | undefined, noun: string): string[] {
  const number = (value: number): string => value.toLocaleString("en");
  if (least === undefined && most === undefined) return [];
  if (most === undefined) return least === 0 ? [] : [`from ${number(least ?? 0)} ${noun}`.trim()];
  return [(least === undefined || (least === 0 && noun !== "") ? `up to ${number(most)} ${noun}` : `${number(least)} to ${number(most)} ${noun}`).trim()];
}
