// Says something to screen readers: politely for what came in, assertively for what went wrong.

const PAUSE = 80;

function region(kind: "polite" | "assertive"): HTMLElement {
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

export function announce(text: string, kind: "polite" | "assertive" = "polite"): void {
  const place = region(kind);
  place.textContent = "";
  setTimeout(() => {
    place.textContent = text;
  }, PAUSE);
}
