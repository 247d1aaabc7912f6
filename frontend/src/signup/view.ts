// Draws a screen into the page's one <main>; moves the focus to its heading and announces it when the screen is another one.
import { element, phrase } from "../shared/dom.ts";
import type { Event } from "./machine.ts";
import type { Action, Phrase, Screen } from "./screens.ts";
import { texts } from "./texts.ts";

export type Draw = (screen: Screen) => void;

export function view(main: HTMLElement, live: HTMLElement, send: (event: Event) => void): Draw {
  let shown: Screen | null = null;
  return (screen) => {
    if (JSON.stringify(screen) === JSON.stringify(shown)) return;
    const sameScreen = shown?.key === screen.key;
    const first = shown === null;
    shown = screen;
    if (sameScreen) {
      main.querySelector(".actions")?.replaceWith(actions(screen.actions, send));
      return;
    }
    document.body.dataset["tone"] = screen.tone;
    document.title = words(screen.title);
    main.replaceChildren(...parts(screen, send));
    if (first) return;
    main.querySelector("h1")?.focus();
    live.textContent = `${words(screen.title)} – ${words(screen.lead)}`;
  };
}

function parts(screen: Screen, send: (event: Event) => void): HTMLElement[] {
  const { title, lead, progress, aside, needs } = screen;
  return [
    element("h1", { tabindex: "-1" }, ...sentence(title)),
    element("p", { class: "lead" }, ...sentence(lead)),
    ...(progress ? [steps(progress)] : []),
    actions(screen.actions, send),
    ...(aside
      ? [
          element(
            "p",
            { class: aside.late ? "aside late" : "aside" },
            ...sentence(aside.text),
            ...(aside.action ? [" ", control(aside.action, send)] : []),
          ),
        ]
      : []),
    ...(needs ? preparation() : []),
  ];
}

function actions(list: readonly Action[], send: (event: Event) => void): HTMLElement {
  return element("div", { class: "actions" }, ...list.map((action) => control(action, send)));
}

function control(action: Action, send: (event: Event) => void): HTMLElement {
  const look = action.primary ? "button primary" : "button quiet";
  if ("href" in action) return element("a", { class: look, href: action.href }, ...sentence(action.label));
  const made = element("button", { class: look, type: "button" }, ...sentence(action.label));
  made.disabled = action.busy ?? false;
  made.addEventListener("click", (click) => {
    // The second click of a double click would land on whatever the first one drew.
    if (click.detail < 2) send(action.event);
  });
  return made;
}

/** All but the last are behind us; the last is going on. */
function steps(list: readonly string[]): HTMLElement {
  const items = list.map((text, at) =>
    at < list.length - 1
      ? element("li", { class: "past" }, text)
      : element("li", { class: "now", "aria-current": "step" }, text),
  );
  return element("ol", { class: "progress" }, ...items);
}

function preparation(): HTMLElement[] {
  const bullets = (items: readonly string[]): HTMLElement =>
    element("ul", {}, ...items.map((item) => element("li", {}, item)));
  return [
    element("section", { class: "needs" }, element("h2", {}, texts.needTitle), bullets(texts.needs)),
    element("details", {}, element("summary", {}, texts.moreTitle), bullets(texts.more)),
  ];
}

function sentence(part: Phrase): (Node | string)[] {
  return phrase(part.text, part.values);
}

function words(part: Phrase): string {
  return part.text.replace(/\{(\w+)\}/g, (whole, name: string) => part.values?.[name] ?? whole);
}
