// Says something to screen readers: politely for what came in, assertively for what went wrong.
// What is said at the same moment is said together, so that nothing is lost.

const PAUSE = 80;

type Kind = "polite" | "assertive";

const waiting: Record<Kind, string[]> = { polite: [], assertive: [] };

function region(kind: Kind): HTMLElement {
  const id = `say-${kind}`;
  const present = document.getElementById(id);
  if (present) return present;
  const made = document.createElement("div");
  made.id = id;
  made.className = "unseen";
  made.setAttribute("role", kind === "polite" ? "status" : "alert");
  made.setAttribute("aria-live", kind);
  document.body.append(made);
  return made;
}

export function startAnnouncing(): void {
  region("polite");
  region("assertive");
}

export function announce(text: string, kind: Kind = "polite"): void {
  if (waiting[kind].push(text) > 1) return;
  const place = region(kind);
  place.textContent = "";
  setTimeout(() => {
    place.textContent = waiting[kind].join("\n");
    waiting[kind] = [];
  }, PAUSE);
}

/** Takes back what was said: it names people, and the link that showed them has ended. */
export function hush(): void {
  waiting.polite = [];
  waiting.assertive = [];
  for (const kind of ["polite", "assertive"] as const) region(kind).textContent = "";
}
