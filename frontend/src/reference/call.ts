// A call from what was typed: its address, its headers, and the same as a line of curl. Pure.
import type { Operation } from "./spec.ts";

export interface Typed {
  /** By the parameter's name; empty ones are left out, except in the path. */
  values: Readonly<Record<string, string>>;
  body: string | null;
}

export interface Address {
  target: string;
  headers: Record<string, string>;
  /** Parameters that the path needs and that are empty. */
  missing: string[];
}

export function address(operation: Operation, typed: Typed): Address {
  const missing: string[] = [];
  const headers: Record<string, string> = {};
  const query = new URLSearchParams();
  let path = operation.path;
  for (const { name, in: place } of operation.parameters) {
    const value = (typed.values[name] ?? "").trim();
    if (place === "path") {
      if (value === "") missing.push(name);
      path = path.replace(`{${name}}`, value === "" ? `{${name}}` : encodeURIComponent(value));
    } else if (value !== "" && place === "query") query.append(name, value);
    else if (value !== "") headers[name] = value;
  }
  const search = query.toString();
  return { target: search === "" ? path : `${path}?${search}`, headers, missing };
}

export function curl(base: string, operation: Operation, typed: Typed): string {
  const { target, headers } = address(operation, typed);
  const lines = [`curl ${quoted(base + target)}`, '-H "Authorization: Bearer $KEY"'];
  if (operation.method !== (operation.body ? "POST" : "GET")) lines[0] = `curl -X ${operation.method} ${quoted(base + target)}`;
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (operation.body?.type === "multipart/form-data") lines.push('-F "file=@photo.jpg;type=image/jpeg"');
  else if (operation.body && typed.body !== null) {
    lines.push('-H "Content-Type: application/json"', `-d ${quoted(typed.body)}`);
  }
  if (operation.answers.some(({ status }) => status === "206")) lines.push("-OJ");
  return lines.join(" \\\n  ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
