// Phone numbers as people read them: `5491155551234` → `+54 9 11 5555-1234`. Pure. Masked ones stay as they are.

/** Country codes of one and two digits; all others have three. */
const ONE = new Set(["1", "7"]);
const TWO = new Set(
  "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98".split(" "),
);

export function formatPhone(number: string | null): string {
  if (!number) return "";
  if (/[^\d+\s().-]/.test(number)) return number;
  const digits = number.replace(/\D/g, "");
  if (digits.length < 8) return digits ? `+${digits}` : "";
  const code = ONE.has(digits[0] ?? "") ? digits.slice(0, 1) : TWO.has(digits.slice(0, 2)) ? digits.slice(0, 2) : digits.slice(0, 3);
  return `+${code} ${national(code, digits.slice(code.length))}`;
}

function national(code: string, rest: string): string {
  if (code === "1" && rest.length === 10) return `${rest.slice(0, 3)} ${rest.slice(3, 6)} ${rest.slice(6)}`;
  if (code === "54" && rest.length === 11 && rest.startsWith("9")) {
    return `9 ${rest.slice(1, 3)} ${rest.slice(3, 7)}-${rest.slice(7)}`;
  }
  if (code === "55" && (rest.length === 11 || rest.length === 10)) {
    return `${rest.slice(0, 2)} ${rest.slice(2, -4)}-${rest.slice(-4)}`;
  }
  return grouped(rest);
}

/** Threes from the left; a rest of five stays whole. */
function grouped(digits: string): string {
  const parts: string[] = [];
  let at = 0;
  while (digits.length - at > 5) {
    parts.push(digits.slice(at, at + 3));
    at += 3;
  }
  parts.push(digits.slice(at));
  return parts.join(" ");
}
