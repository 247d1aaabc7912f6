// "Try it": a form for a call's parameters and body, the call itself, and its answer. The key stays in its field.
import { element } from "../shared/dom.ts";
import { type Typed, address, curl } from "./call.ts";
import { block, pretty } from "./code.ts";
import type { Operation, Parameter } from "./spec.ts";

export interface Page {
  base: string;
  key: () => string;
  askForKey: () => void;
}

/** Values that one call's form has in common with the next, such as the phone's id. Kept in memory alone. */
const shared = new Map<string, string>();
const inputs = new Map<string, Set<HTMLInputElement>>();

export interface Attempt {
  root: HTMLElement;
  /** Puts an example into the body. */
  fill: (body: string) => void;
}

export function attempt(operation: Operation, page: Page, changed: (line: string) => void): Attempt {
  const values: Record<string, HTMLInputElement> = {};
  const rows = operation.parameters.map((parameter) => {
    const input = (values[parameter.name] = field(operation, parameter));
    input.addEventListener("input", tell);
    return element("label", {}, element("span", {}, parameter.name + (parameter.required ? " *" : "")), input);
  });
  const isFile = operation.body?.type === "multipart/form-data";
  const body = element("textarea", { rows: "8", spellcheck: "false", autocomplete: "off" });
  const file = element("input", { type: "file" });
  body.addEventListener("input", tell);
  if (isFile) rows.push(element("label", {}, element("span", {}, "file *"), file));
  else if (operation.body) rows.push(element("label", { class: "wide" }, element("span", {}, "Body"), body));

  const button = element("button", { type: "submit", class: "button primary" }, "Send request");
  const state = element("p", { class: "state", role: "status", "aria-live": "polite" });
  const answer = block("Answer");
  answer.root.hidden = true;
  const link = element("a", { class: "button quiet", hidden: "", download: "" }, "Save the file");
  const form = element("form", { class: "attempt" }, ...rows, button, state, answer.root, link);

  function typed(): Typed {
    const entries = Object.entries(values).map(([name, input]) => [name, input.value] as const);
    return { values: Object.fromEntries(entries), body: operation.body && !isFile ? body.value : null };
  }

  function tell(): void {
    changed(curl(page.base, operation, typed()));
  }

  async function send(): Promise<void> {
    const { target, headers, missing } = address(operation, typed());
    if (page.key() === "") {
      state.textContent = "Type an API key at the top of the page first.";
      return page.askForKey();
    }
    if (missing.length > 0) {
      state.textContent = `Fill in ${missing.join(" and ")}.`;
      return values[missing[0] ?? ""]?.focus();
    }
    button.disabled = true;
    state.textContent = "Waiting for the answer …";
    const began = performance.now();
    try {
      const response = await fetch(target, { method: operation.method, headers: { ...headers, ...own() }, body: sent() });
      const brought = await response.blob();
      const milliseconds = Math.round(performance.now() - began);
      const retry = response.headers.get("Retry-After");
      state.textContent = `${response.status} ${response.statusText}`.trim() + `, ${milliseconds} ms` + (retry ? `, Retry-After: ${retry}` : "");
      state.dataset["good"] = String(response.ok);
      await show(response, brought);
    } catch (error) {
      state.textContent = `The call did not get through: ${String(error)}`;
      state.dataset["good"] = "false";
    }
    button.disabled = false;
  }

  function own(): Record<string, string> {
    const authorization = { Authorization: `Bearer ${page.key()}` };
    return operation.body && !isFile ? { ...authorization, "Content-Type": "application/json" } : authorization;
  }

  function sent(): BodyInit | null {
    if (!isFile) return operation.body ? body.value : null;
    const data = new FormData();
    const chosen = file.files?.[0];
    if (chosen) data.append("file", chosen);
    return data;
  }

  async function show(response: Response, brought: Blob): Promise<void> {
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json") ?? false;
    answer.root.hidden = !isJson;
    link.hidden = isJson || brought.size === 0;
    URL.revokeObjectURL(link.href);
    if (isJson) return answer.show(readable(await brought.text()));
    link.href = URL.createObjectURL(brought);
    link.textContent = `Save the file (${brought.size.toLocaleString("en")} bytes, ${brought.type})`;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  return {
    root: form,
    fill: (text) => {
      body.value = text;
      body.rows = Math.min(16, Math.max(3, text.split("\n").length));
      tell();
    },
  };
}

function field(operation: Operation, { name, in: place, required, example }: Parameter): HTMLInputElement {
  const input = element("input", { type: "text", name, autocomplete: "off", spellcheck: "false" });
  if (example !== undefined) input.placeholder = String(example);
  if (place === "path") input.required = required;
  // `id` means another thing in every group of calls.
  const kept = name === "id" ? `${operation.tag}.id` : name;
  if (place !== "path") return input;
  input.value = shared.get(kept) ?? "";
  const twins = inputs.get(kept) ?? new Set();
  inputs.set(kept, twins.add(input));
  input.addEventListener("input", () => {
    shared.set(kept, input.value);
    for (const twin of twins) if (twin !== input) twin.value = input.value;
  });
  return input;
}

function readable(text: string): string {
  try {
    return pretty(JSON.parse(text));
  } catch {
    return text;
  }
}
