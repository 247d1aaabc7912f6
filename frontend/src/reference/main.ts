// Starts the reference: fetches the description of the API and draws it. The key typed above never leaves its field.
import { element } from "../shared/dom.ts";
import type { Page } from "./attempt.ts";
import { navigation } from "./navigation.ts";
import { operationView } from "./operation.ts";
import { type Document, type Reference, read } from "./spec.ts";

function part<T extends HTMLElement>(selector: string): T {
  const found = document.querySelector<T>(selector);
  if (!found) throw new Error(`The page has no ${selector}.`);
  return found;
}

const root = part("#reference");
const key = part<HTMLInputElement>("#key");
const page: Page = { base: "", key: () => key.value.trim(), askForKey: () => key.focus() };

function draw(reference: Reference): void {
  page.base = reference.base;
  const groups = reference.groups.map(({ tag, description, operations }) =>
    element(
      "section",
      { class: "group" },
      element("h2", {}, tag),
      element("p", { class: "about" }, description),
      ...operations.map((operation) => operationView(operation, reference, page)),
    ),
  );
  root.replaceChildren(...groups);
  root.removeAttribute("aria-busy");
  navigation(reference, {
    nav: part("#nav"),
    search: part("#search"),
    found: part("#found"),
    menu: part(".menu"),
    aside: part("#aside"),
  });
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

async function start(): Promise<void> {
  try {
    const response = await fetch("/openapi.json");
    if (!response.ok) throw new Error(`The description of the API was answered with ${response.status}.`);
    draw(read((await response.json()) as Document));
  } catch (error) {
    const retry = element("button", { type: "button", class: "button quiet" }, "Load again");
    retry.addEventListener("click", () => void start());
    root.replaceChildren(element("p", { class: "notice", role: "alert" }, `The reference could not be loaded. ${String(error)}`), retry);
  }
}

void start();
