// Arrows in the thread: one message, with its options, is a stop of the Tab key, and from there they go along.

export function moveAlong(event: KeyboardEvent, list: HTMLElement | null): void {
  const target = event.target as HTMLElement;
  if (!list || !target.dataset["key"]) return;
  const rows = [...list.querySelectorAll<HTMLElement>("[data-key]")];
  const at = rows.indexOf(target);
  const step = { ArrowDown: at + 1, ArrowUp: at - 1, End: rows.length - 1, Home: 0 }[event.key];
  if (step === undefined || !rows[step]) return;
  event.preventDefault();
  rows.forEach((row, place) => stop(row, place === step));
  rows[step].focus({ preventScroll: true });
  rows[step].scrollIntoView({ block: "nearest" });
}

function stop(row: HTMLElement, isStop: boolean): void {
  row.tabIndex = isStop ? 0 : -1;
  const options = row.querySelector<HTMLElement>("[aria-haspopup=menu]");
  if (options) options.tabIndex = row.tabIndex;
}
