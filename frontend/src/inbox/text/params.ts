// What a template asks for, and the send that answers it. Pure: components are Meta's own, values are what was typed.
import type { Button, Component, Content, Template } from "../types.ts";

export interface Field {
  /** Where the value goes: `header`, `body.1`, `body.first_name`, `button.0`, `media`, `card.0.body.1`. */
  id: string;
  place: "header" | "body" | "button" | "media" | "location";
  /** The placeholder's own name or number, or the button's text. */
  label: string;
  example: string;
  longest: number;
  card?: number;
  index?: number;
  button?: string;
  media?: "image" | "video" | "document";
}

export type Values = Readonly<Record<string, string>>;

const PLACEHOLDER = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;
const MEDIA: Readonly<Record<string, "image" | "video" | "document">> = { IMAGE: "image", VIDEO: "video", GIF: "video", DOCUMENT: "document" };

export function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ""))];
}

export function component(components: readonly Component[], type: string): Component | undefined {
  return components.find((each) => each.type.toUpperCase() === type);
}

export function fields(components: readonly Component[], card?: number): Field[] {
  const at = card === undefined ? "" : `card.${card}.`;
  const own = card === undefined ? {} : { card };
  const found: Field[] = [];
  const header = component(components, "HEADER");
  const media = MEDIA[header?.format?.toUpperCase() ?? ""];
  if (media) found.push({ id: `${at}media`, place: "media", label: "", example: "", longest: 0, media, ...own });
  if (header?.format?.toUpperCase() === "LOCATION") {
    for (const label of ["latitude", "longitude", "name", "address"]) {
      found.push({ id: `${at}location.${label}`, place: "location", label, example: "", longest: 200, ...own });
    }
  }
  const heads = examples(header, "header_text");
  placeholders(header?.text ?? "").forEach((label, nth) =>
    found.push({ id: `${at}header.${label}`, place: "header", label, example: heads[nth] ?? heads[label] ?? "", longest: 60, ...own }),
  );
  const body = component(components, "BODY");
  const bodies = examples(body, "body_text");
  placeholders(body?.text ?? "").forEach((label, nth) =>
    found.push({ id: `${at}body.${label}`, place: "body", label, example: bodies[nth] ?? bodies[label] ?? "", longest: 1024, ...own }),
  );
  (component(components, "BUTTONS")?.buttons ?? []).forEach((button, index) => {
    const longest = asked(button);
    if (!longest) return;
    const label = button.text ?? button.type;
    found.push({ id: `${at}button.${index}`, place: "button", label, example: exampleOf(button), longest, index, button: subType(button), ...own });
  });
  component(components, "CAROUSEL")?.cards?.forEach((each, nth) => found.push(...fields(each.components, nth)));
  return found;
}

/** How long a button's value may be; 0 for one that takes none. */
function asked(button: Button): number {
  const type = button.type.toUpperCase();
  if (type === "COPY_CODE" || type === "OTP") return 15;
  return type === "URL" && placeholders(button.url ?? "").length ? 2000 : 0;
}

function subType(button: Button): string {
  return button.type.toUpperCase() === "COPY_CODE" ? "copy_code" : "url";
}

function exampleOf(button: Button): string {
  const given = Array.isArray(button.example) ? button.example[0] : button.example;
  return typeof given === "string" ? given : "";
}

/** Meta gives examples by position in nested lists, or by name. */
function examples(part: Component | undefined, name: string): Record<string, string> {
  const given = (part as { example?: Record<string, unknown> } | undefined)?.example;
  const named = given?.[`${name}_named_params`];
  if (Array.isArray(named)) {
    return Object.fromEntries(named.map((each: { param_name?: string; example?: string }) => [each.param_name ?? "", each.example ?? ""]));
  }
  const listed = given?.[name];
  const flat = Array.isArray(listed) ? (Array.isArray(listed[0]) ? (listed[0] as unknown[]) : listed) : [];
  return Object.fromEntries(flat.map((each, nth) => [nth, String(each)]));
}

/** Why a value cannot be sent, or null. */
export function problem(field: Field, value: string): "missing" | "long" | "breaks" | "code" | "number" | null {
  if (!value.trim()) return field.place === "location" && !/itude$/.test(field.label) ? null : "missing";
  if (field.place === "media") return null;
  if (field.place === "location") return /itude$/.test(field.label) && !Number.isFinite(Number(value)) ? "number" : null;
  if (value.length > field.longest) return "long";
  if (field.button === "copy_code" && !/^[A-Za-z0-9]+$/.test(value)) return "code";
  return /[\n\r\t]| {5,}/.test(value) ? "breaks" : null;
}

export function filled(text: string, at: string, values: Values): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => values[`${at}${name}`]?.trim() || whole);
}

/** `parameters` of the send; undefined where the template asks for nothing. */
export function parameters(template: Template, values: Values): Content | undefined {
  const all = fields(template.components);
  const made = partsOf(all.filter((field) => field.card === undefined), values);
  const cards = component(template.components, "CAROUSEL")?.cards;
  if (cards) made["carousel"] = cards.map((_, nth) => partsOf(all.filter((field) => field.card === nth), values));
  return Object.keys(made).length ? made : undefined;
}

function partsOf(all: readonly Field[], values: Values): Content {
  const made: Content = {};
  const header = all.flatMap((field) => headerOf(field, values));
  const body = all.filter((field) => field.place === "body").map((field) => textOf(field, values));
  const buttons = all.filter((field) => field.place === "button").map((field) => buttonOf(field, values));
  const place = all.filter((field) => field.place === "location");
  if (place.length) header.push({ type: "location", location: placeOf(place, values) });
  if (header.length) made["header"] = header;
  if (body.length) made["body"] = body;
  if (buttons.length) made["buttons"] = buttons;
  return made;
}

function headerOf(field: Field, values: Values): Content[] {
  if (field.place === "header") return [textOf(field, values)];
  if (field.place !== "media" || !field.media) return [];
  const [id = "", filename = ""] = (values[field.id] ?? "").split("\n");
  const named = field.media === "document" && filename ? { filename } : {};
  return [{ type: field.media, [field.media]: { id, ...named } }];
}

function textOf(field: Field, values: Values): Content {
  const text = values[field.id]?.trim() ?? "";
  return /^\d+$/.test(field.label) ? { type: "text", text } : { type: "text", parameterName: field.label, text };
}

function buttonOf(field: Field, values: Values): Content {
  const text = values[field.id]?.trim() ?? "";
  const value = field.button === "copy_code" ? { type: "coupon_code", couponCode: text } : { type: "text", text };
  return { type: "button", subType: field.button, index: field.index, parameters: [value] };
}

function placeOf(all: readonly Field[], values: Values): Content {
  const told = all.map((field) => [field.label, values[field.id]?.trim() ?? ""] as const).filter(([, value]) => value);
  return Object.fromEntries(told.map(([name, value]) => [name, /itude$/.test(name) ? Number(value) : value]));
}

/** The values that a sent template carried, by the ids of `fields`: to show it as the contact sees it. */
export function valuesOf(template: Template, given: Content | null): Values {
  const found: Record<string, string> = {};
  const listed = (name: string): Content[] => (Array.isArray(given?.[name]) ? (given[name] as Content[]) : []);
  for (const place of ["header", "body"] as const) {
    const names = placeholders(component(template.components, place.toUpperCase())?.text ?? "");
    listed(place).forEach((each, nth) => {
      const name = typeof each["parameterName"] === "string" ? each["parameterName"] : (names[nth] ?? String(nth + 1));
      found[`${place}.${name}`] = shown(each);
    });
  }
  for (const each of listed("buttons")) {
    const first = (Array.isArray(each["parameters"]) ? each["parameters"][0] : null) as Content | null;
    if (first) found[`button.${String(each["index"])}`] = shown(first);
  }
  return found;
}

function shown(parameter: Content): string {
  for (const name of ["text", "couponCode", "payload"]) {
    if (typeof parameter[name] === "string") return parameter[name];
  }
  for (const name of ["currency", "dateTime"]) {
    const inner = parameter[name] as Content | undefined;
    if (typeof inner?.["fallbackValue"] === "string") return inner["fallbackValue"];
  }
  return "";
}
