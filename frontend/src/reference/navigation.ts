// The list of calls beside the reference: search, the call in view, and the drawer of small screens.
import { element } from "../shared/dom.ts";
import { method } from "./operation.ts";
import { found, matches } from "./search.ts";
import type { Operation, Reference } from "./spec.ts";

interface Parts {
  nav: HTMLElement;
  search: HTMLInputElement;
  found: HTMLElement;
  menu: HTMLButtonElement;
  aside: HTMLElement;
}

export function navigation(reference: Reference, parts: Parts): void {
  const links = new Map<Operation, HTMLAnchorElement>();
  const groups = reference.groups.map(({ tag, operations }) => {
    const entries = operations.map((operation) => {
      const link = element("a", { href: `#${operation.id}` }, method(operation), element("span", {}, operation.summary));
      link.addEventListener("click", () => toggle(parts, false));
      links.set(operation, link);
      return element("li", {}, link);
    });
    return element("section", {}, element("h2", {}, tag), element("ul", {}, ...entries));
  });
  parts.nav.replaceChildren(...groups);

  const narrow = (): void => {
    const query = parts.search.value;
    let count = 0;
    for (const [operation, link] of links) {
      const isWanted = matches(operation, query);
      count += Number(isWanted);
      (link.parentElement as HTMLElement).hidden = !isWanted;
    }
    for (const group of groups) group.hidden = group.querySelector("li:not([hidden])") === null;
    parts.found.textContent = found(count, query);
  };
  parts.search.addEventListener("input", narrow);
  keys(parts, links, narrow);
  parts.menu.addEventListener("click", () => toggle(parts, parts.menu.getAttribute("aria-expanded") !== "true"));
  follow(links);
}

function keys(parts: Parts, links: ReadonlyMap<Operation, HTMLAnchorElement>, narrow: () => void): void {
  parts.search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      parts.search.value = "";
      narrow();
    }
    if (event.key === "Enter") [...links.values()].find((link) => !link.parentElement?.hidden)?.click();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof Element && event.target.matches("input, textarea, select");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    toggle(parts, true);
    parts.search.focus();
  });
}

function toggle({ menu, aside }: Parts, isOpen: boolean): void {
  menu.setAttribute("aria-expanded", String(isOpen));
  aside.classList.toggle("open", isOpen);
}

/** Marks the call whose section is at the top of the window. */
function follow(links: ReadonlyMap<Operation, HTMLAnchorElement>): void {
  const byId = new Map([...links].map(([{ id }, link]) => [id, link]));
  let current: HTMLAnchorElement | undefined;
  const watcher = new IntersectionObserver(
    (entries) => {
      const top = entries.find(({ isIntersecting }) => isIntersecting);
      if (top === undefined) return;
      current?.removeAttribute("aria-current");
      current = byId.get(top.target.id);
      current?.setAttribute("aria-current", "true");
    },
    { rootMargin: "-15% 0px -80% 0px" },
  );
  for (const id of byId.keys()) {
    const section = document.getElementById(id);
    if (section) watcher.observe(section);
  }
}
