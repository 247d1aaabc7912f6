// Descriptions as nodes: paragraphs, `code` and **bold**; nothing else of Markdown, and never markup.
import { type Child, element } from "../shared/dom.ts";

export function paragraphs(text: string): HTMLElement[] {
  return text.split("\n\n").map((part) => element("p", {}, ...inline(part)));
}

export function inline(text: string): Child[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith("`") && part.length > 1) return element("code", {}, part.slice(1, -1));
    return part.startsWith("**") ? element("strong", {}, part.slice(2, -2)) : part;
  });
}
