// What a contact is called: the name they told, else the number as it is read.
import { t } from "../i18n/index.ts";
import type { Conversation } from "../types.ts";
import { formatPhone } from "./phone.ts";

type Named = Pick<Conversation, "contactName" | "contactPhone" | "contactUsername">;

export function nameOf(contact: Named): string {
  return contact.contactName?.trim() || handle(contact) || t("someone");
}

/** The number, or the user name of somebody who hides it. */
export function handle(contact: Named): string {
  if (contact.contactPhone) return formatPhone(contact.contactPhone);
  return contact.contactUsername ? `@${contact.contactUsername}` : "";
}

export function initial(contact: Named): string {
  const name = contact.contactName?.trim() ?? "";
  const letter = [...name].find((char) => /\p{L}|\p{N}/u.test(char));
  return letter ? letter.toLocaleUpperCase() : "";
}

/** One of eight tints that stays with the contact. */
export function tint(id: string): number {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 997;
  return sum % 8;
}
