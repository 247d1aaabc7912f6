// How long recordings are: Meta does not say, so it is known of those that were loaded here.
import { signal } from "@preact/signals";

const lengths = signal<ReadonlyMap<string, number>>(new Map());

export function noteLength(source: string, seconds: number): void {
  if (!(seconds > 0) || !Number.isFinite(seconds) || lengths.peek().get(source) === seconds) return;
  lengths.value = new Map([...lengths.peek(), [source, seconds]]);
}

/** In seconds; 0 while it is not known. */
export function lengthOf(source: string): number {
  return lengths.value.get(source) ?? 0;
}
