// Dates and times in the reader's language and zone; formatters are made once for each language.
import { locale } from "../i18n/index.ts";

const DAY = 86_400_000;
const made = new Map<string, Intl.DateTimeFormat>();

function formatter(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale.value} ${name}`;
  const present = made.get(key);
  if (present) return present;
  const fresh = new Intl.DateTimeFormat(locale.value, options);
  made.set(key, fresh);
  return fresh;
}

export const time = (at: string): string => formatter("time", { hour: "2-digit", minute: "2-digit" }).format(new Date(at));

export const exact = (at: string): string =>
  formatter("exact", { dateStyle: "medium", timeStyle: "medium" }).format(new Date(at));

export const date = (at: string): string => formatter("date", { dateStyle: "medium" }).format(new Date(at));

/** Midnight of a moment's day, which tells days apart. */
export function dayOf(at: string): number {
  const day = new Date(at);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
}

function daysAgo(at: string, now: number): number {
  return Math.round((dayOf(new Date(now).toISOString()) - dayOf(at)) / DAY);
}

/** "Today", "Yesterday", "Monday 9 March". */
export function dayName(at: string, now: number): string {
  const ago = daysAgo(at, now);
  if (ago === 0 || ago === 1) {
    const word = new Intl.RelativeTimeFormat(locale.value, { numeric: "auto" }).format(-ago, "day");
    return word.charAt(0).toLocaleUpperCase(locale.value) + word.slice(1);
  }
  const year = ago > 300 ? ({ year: "numeric" } as const) : {};
  return formatter(`day${ago > 300}`, { weekday: "long", day: "numeric", month: "long", ...year }).format(new Date(at));
}

/** Short, for a list: the time today, the weekday this week, else the date. */
export function short(at: string, now: number): string {
  const ago = daysAgo(at, now);
  if (ago <= 0) return time(at);
  if (ago < 7) return formatter("weekday", { weekday: "short" }).format(new Date(at));
  const year = ago > 300 ? ({ year: "2-digit" } as const) : {};
  return formatter(`short${ago > 300}`, { day: "numeric", month: "short", ...year }).format(new Date(at));
}

export function clockTime(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.round(seconds)) : 0;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** A size in the units people know. */
export function fileSize(bytes: number): string {
  const [value, unit] = bytes < 1_000_000 ? [Math.max(1, bytes / 1_000), "kilobyte"] : [bytes / 1_000_000, "megabyte"];
  const digits = value < 10 && unit === "megabyte" ? 1 : 0;
  return new Intl.NumberFormat(locale.value, { style: "unit", unit: String(unit), maximumFractionDigits: digits }).format(Number(value));
}
