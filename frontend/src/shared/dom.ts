// Builds elements. Text only ever becomes text nodes, so nothing from a server can turn into markup.

export type Child = Node | string;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The text with each `{name}` replaced by its value in a <bdi>, so that a right-to-left name cannot reorder the sentence. */
export function phrase(text: string, values: Readonly<Record<string, string>> = {}): Child[] {
  return text.split(/(\{\w+\})/).map((part) => {
    const value = part.startsWith("{") ? values[part.slice(1, -1)] : undefined;
    return value === undefined ? part : element("bdi", {}, value);
  });
}
