// How many times its fitted size a photo is shown. Pure.

const STEPS = [1, 1.5, 2, 3, 4, 6, 8] as const;
export const LARGEST = 8;
/** What two clicks lead to. */
export const DOUBLE = 3;

/** The next larger or smaller step. */
export function stepped(scale: number, by: 1 | -1): number {
  const found = by > 0 ? STEPS.find((each) => each > scale + 0.01) : STEPS.findLast((each) => each < scale - 0.01);
  return found ?? (by > 0 ? LARGEST : 1);
}
