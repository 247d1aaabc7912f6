// The 24 hours after the contact's last message, in which anything may be sent. Pure; times are the server's.

export interface Window {
  isOpen: boolean;
  /** Never opened: the contact has not written yet. */
  isNew: boolean;
  hours: number;
  minutes: number;
  level: "calm" | "soon" | "last" | "closed";
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export function windowAt(expiresAt: string | null, now: number): Window {
  const left = Date.parse(expiresAt ?? "") - now;
  if (!(left > 0)) return { isOpen: false, isNew: expiresAt === null, hours: 0, minutes: 0, level: "closed" };
  const whole = Math.ceil(left / MINUTE);
  const level = left <= HOUR ? "last" : left <= 4 * HOUR ? "soon" : "calm";
  return { isOpen: true, isNew: false, hours: Math.floor(whole / 60), minutes: whole % 60, level };
}
