// What the inbox's builder lets through, the sends that it makes, and the words by which emoji are found.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { stepped } from "../src/inbox/details/steps.ts";
import { GROUPS } from "../src/inbox/emoji/data.ts";
import { find, fold, lexicon } from "../src/inbox/emoji/find.ts";
import { WORDS as arabic } from "../src/inbox/emoji/words.ar.ts";
import { WORDS as spanish } from "../src/inbox/emoji/words.es.ts";
import { WORDS as portuguese } from "../src/inbox/emoji/words.pt.ts";
import { type Draft, type Kind, blank, faults, figure, isBlank, isPage, letterOf, line, moved } from "../src/inbox/text/advanced.ts";

const draft = (part: Partial<Draft>): Draft => ({ ...blank(), ...part });
const wrong = (kind: Kind, part: Partial<Draft>): string[] => faults(kind, draft(part)).map(({ field, text }) => `${field} ${text}`);
const titled = (...titles: string[]) => titles.map((title, key) => ({ ...line(key), title }));

test("lengths are counted in characters, and the limit itself is allowed", () => {
  const most = { header: "h".repeat(60), body: "b".repeat(1024), footer: "f".repeat(60), buttons: titled("💐".repeat(20)) };
  assert.deepEqual(wrong("buttons", most), []);
  const more = { header: "h".repeat(61), body: "b".repeat(1025), footer: "f".repeat(61), buttons: titled("💐".repeat(21)) };
  assert.deepEqual(wrong("buttons", more), ["header fieldLong", "body fieldLong", "button.0 fieldLong", "footer fieldLong"]);
  assert.deepEqual(wrong("askLocation", { ...more, body: " " }), ["body fieldMissing"]);
  const list = { body: "b", buttonText: "t".repeat(21), sections: [{ key: 1, title: "s".repeat(25), rows: [{ key: 2, title: "r".repeat(25), description: "d".repeat(73) }] }] };
  assert.deepEqual(wrong("list", list), ["buttonText fieldLong", "section.1.title fieldLong", "row.2.title fieldLong", "row.2.description fieldLong"]);
});

test("buttons differ, sections have titles as soon as there are two, and no section is empty", () => {
  assert.deepEqual(wrong("buttons", { body: "b", buttons: titled("Yes", "No", " Yes ") }), ["button.2 fieldTwice"]);
  const section = (key: number, title: string, rows = titled("r")) => ({ key, title, rows });
  const list = (...sections: Draft["sections"]) => wrong("list", { body: "b", buttonText: "t", sections });
  assert.deepEqual(list(section(1, "")), []);
  assert.deepEqual(list(section(1, "A"), section(2, "")), ["section.2.title fieldMissing"]);
  assert.deepEqual(list(section(1, "A"), section(2, "B", [])), ["section.2.title sectionEmpty"]);
});

test("a link is a whole https address without a password in it", () => {
  for (const good of ["https://example.com", "HTTPS://example.com/a?b=c#d", "https://例え.jp/"]) assert.ok(isPage(good), good);
  for (const bad of ["http://example.com", "https:example.com", "https://", "example.com", "javascript:alert(1)", "https://a:b@example.com", "https://exa mple.com"]) {
    assert.ok(!isPage(bad), bad);
  }
});

test("places lie on the earth, and an address stands below a name", () => {
  assert.deepEqual([figure("40,4168"), figure("−3.70"), figure("+1."), figure("1e3"), figure(""), figure("12 N")], [40.4168, -3.7, 1, null, null, null]);
  assert.deepEqual(wrong("location", { latitude: "90", longitude: "-180" }), []);
  assert.deepEqual(wrong("location", { latitude: "90.1", longitude: "x" }), ["latitude fieldDegrees", "longitude fieldNumber"]);
  assert.deepEqual(wrong("location", { latitude: "1", longitude: "2", address: "Main St 1" }), ["name placeNameFirst"]);
});

test("a number that is to be on WhatsApp begins with its country", () => {
  const card = (phone: string, isOnWhatsApp = true) => wrong("contact", { name: "Ana", phone, isOnWhatsApp });
  assert.deepEqual(card("+54 9 11 5555-1234"), []);
  assert.deepEqual(card("11 5555-1234"), ["phone fieldCountry"]);
  assert.deepEqual(card("11 5555-1234", false), []);
  assert.deepEqual(card("call me"), ["phone fieldPhone"]);
  assert.deepEqual(card("+" + "1".repeat(21)), ["phone fieldPhone"]);
  assert.deepEqual(wrong("contact", {}), ["name fieldMissing", "phone fieldMissing"]);
});

test("a send has what was written, trimmed, and nothing that is empty", () => {
  assert.deepEqual(letterOf("buttons", draft({ body: " Shall we? ", footer: "f", buttons: titled("Yes", " No ") })), {
    body: { type: "interactive", interactiveType: "button", body: "Shall we?", footer: "f", buttons: [{ id: "button_1", title: "Yes" }, { id: "button_2", title: "No" }] },
    content: { type: "button", body: "Shall we?", footer: "f", buttons: [{ id: "button_1", title: "Yes" }, { id: "button_2", title: "No" }] },
  });
  const sections = [{ key: 1, title: "", rows: [{ key: 2, title: "A", description: "" }] }, { key: 3, title: "S", rows: [{ key: 4, title: "B", description: "b" }] }];
  assert.deepEqual(letterOf("list", draft({ body: "b", header: "h", buttonText: "t", sections })).body, {
    type: "interactive", interactiveType: "list", header: { type: "text", text: "h" }, body: "b", buttonText: "t",
    sections: [{ rows: [{ id: "row_1", title: "A" }] }, { title: "S", rows: [{ id: "row_2", title: "B", description: "b" }] }],
  }); // prettier-ignore
  assert.deepEqual(letterOf("link", draft({ body: "b", header: "h", buttonText: "t", url: "https://example.com" })).body, {
    type: "cta_url", bodyText: "b", headerText: "h", buttonText: "t", url: "https://example.com",
  }); // prettier-ignore
  assert.deepEqual(letterOf("contact", draft({ name: "Ana María Pérez", phone: "+54 9 11 5555-1234" })).content, {
    contacts: [
      { name: { formattedName: "Ana María Pérez", firstName: "Ana", lastName: "María Pérez" }, phones: [{ phone: "+54 9 11 5555-1234", type: "CELL", waId: "5491155551234" }] },
    ],
  });
});

test("rows go up and down, over the edges of sections, and no further", () => {
  const all: Draft["sections"] = [{ key: 1, title: "", rows: titled("a", "b") }, { key: 2, title: "", rows: [{ ...line(5), title: "c" }] }];
  const shown = (sections: Draft["sections"]): string => sections.map(({ rows }) => rows.map(({ title }) => title).join("")).join("|");
  assert.equal(shown(moved(all, 0, 1)), "ba|c");
  assert.equal(shown(moved(all, 1, 1)), "a|bc");
  assert.equal(shown(moved(all, 5, -1)), "abc|");
  assert.equal(shown(moved(all, 0, -1)), "ab|c");
  assert.equal(shown(moved(all, 5, 1)), "ab|c");
});

test("a draft in which nothing was written is none", () => {
  assert.ok(isBlank(draft({ nextKey: 9 })));
  assert.ok(!isBlank(draft({ footer: "f" })));
  assert.ok(!isBlank(draft({ isOnWhatsApp: false })));
});

test("photos grow and shrink by steps that end", () => {
  const up = [stepped(1, 1), stepped(2, 1), stepped(2.5, 1), stepped(8, 1)];
  assert.deepEqual([up, stepped(8, -1), stepped(2.5, -1), stepped(1, -1)], [[1.5, 3, 3, 8], 6, 2, 1]);
});

const FACES = GROUPS.flatMap(([, faces]) => faces.map(([face]) => face));
const LISTS = { es: spanish, pt: portuguese, ar: arabic };

for (const [language, text] of Object.entries(LISTS)) {
  test(`all emoji but those that are called alike in English have a word of ${language}, whose list is small`, () => {
    const words = lexicon(text);
    const known = new Set(FACES.map((face) => face.replaceAll("\uFE0F", "")));
    assert.deepEqual([...words.keys()].filter((face) => !known.has(face)), []);
    const bare = [...known].filter((face) => !words.has(face));
    assert.ok(bare.length <= (language === "ar" ? 0 : 24), bare.join(" "));
    assert.ok(gzipSync(text, { level: 9 }).length < 6_000);
  });
}

test("emoji are found without accents and case, by beginnings, by several words, and always in English", () => {
  const es = lexicon(spanish);
  const pt = lexicon(portuguese);
  const ar = lexicon(arabic);
  assert.ok(find("corazon", es).includes("❤️") && find("CORAZÓN azul", es).includes("💙"));
  assert.ok(!find("corazón azul", es).includes("❤️"));
  assert.ok(find("cumple", es).includes("🎂") && find("cach", pt).includes("🐶"));
  assert.ok(find("قلب", ar).includes("❤️") && find("أحمر", ar).includes("🔴") && find("احمر", ar).includes("🔴"));
  assert.ok(find("birthday", es).includes("🎂") && find("birthday").includes("🎂"));
  assert.deepEqual(find("👍", es), ["👍"]);
  assert.deepEqual(find("xyzzy", es), []);
  assert.equal(fold(" Ñandú "), "nandu");
});
