// Starts the signup page: reads its configuration from the document and wires machine, view, Meta and gateway together.
import * as callback from "./callback.ts";
import { type Effect, type Event, clock, initial, step } from "./machine.ts";
import * as meta from "./meta.ts";
import { screen } from "./screens.ts";
import { view } from "./view.ts";

interface PageConfig extends meta.MetaConfig {
  name: string;
  callbackUrl: string;
}

const config = JSON.parse(part("config").textContent) as PageConfig;
const draw = view(part("page"), part("live"), send);
let state = initial;
let timer: ReturnType<typeof setTimeout> | undefined;

function send(event: Event): void {
  const next = step(state, event);
  if (next.state !== state) {
    state = next.state;
    restartClock();
  }
  next.effects.forEach(perform);
  draw(screen(state, config.name));
}

function perform(effect: Effect): void {
  switch (effect.do) {
    case "login":
      return meta.login(config, send);
    case "post":
      void callback.post(config.callbackUrl, effect.code, effect.session).then(send);
      return;
    case "leave":
      return location.replace(effect.url);
    case "reload":
      return location.reload();
  }
}

function restartClock(): void {
  clearTimeout(timer);
  const due = clock(state);
  if (due) timer = setTimeout(() => send(due.event), due.after);
}

function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

draw(screen(state, config.name));
restartClock();
meta.listen(config, send);
meta.load(config, send);
