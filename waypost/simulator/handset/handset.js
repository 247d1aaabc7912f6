/* The handset: shows one chat as the customer sees it and writes into it. Looks for news twice a second while visible. */
(function () {
  "use strict";

  const PAUSE = 500;
  const SMALL = { audio: "Voice note", video: "Video", image: "Photo", document: "Document", sticker: "Sticker" };
  const who = document.getElementById("who");
  const chat = document.getElementById("chat");
  const write = document.getElementById("write");
  const problem = document.getElementById("problem");
  const more = document.getElementById("more");
  const attach = document.getElementById("attach");
  const reply = document.getElementById("reply");
  let shown = "";
  let quoted = null;

  function field(name) { return who.elements.namedItem(name).value.trim(); }

  function made(tag, className, ...children) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  }

  function complain(text) {
    problem.textContent = text;
    problem.hidden = !text;
  }

  async function post(message) {
    const body = { phone_number_id: field("phone"), from: field("from"), name: field("name"), message };
    if (quoted) message.reply_to = quoted;
    quote(null);
    const answer = await fetch("/_sim/messages", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const told = await answer.json();
    if (!answer.ok) return complain(told.error.message);
    complain(told.acknowledged ? "" : "The gateway did not confirm it; the simulator goes on trying, as Meta would.");
    await look();
    chat.scrollTop = chat.scrollHeight;
  }

  function quote(line) {
    quoted = line ? line.id : null;
    reply.hidden = !line;
    if (line) reply.firstElementChild.textContent = "Reply to: " + excerpt(line);
  }

  function excerpt(line) {
    const message = line.message;
    const told = message[message.type] || {};
    return (told.body && (told.body.text || told.body)) || told.caption || SMALL[message.type] || message.type;
  }

  function file(message) {
    const told = message[message.type];
    const address = told.id ? "/handset/media/" + told.id : told.link;
    const same = address.startsWith("/");
    const caption = told.caption ? made("p", "", told.caption) : null;
    if (!same || message.type === "document") {
      return [outside(told.filename || told.caption || SMALL[message.type], address), caption];
    }
    const tag = { image: "img", sticker: "img", video: "video", audio: "audio" }[message.type];
    const node = made(tag, message.type);
    node.src = address;
    if (tag === "img") node.alt = told.caption || SMALL[message.type];
    else node.controls = true;
    return [node, caption];
  }

  function choice(title, send, hint) {
    const button = made("button", "", title, hint ? made("div", "small", hint) : null);
    button.type = "button";
    button.addEventListener("click", send);
    return button;
  }

  function interactive(line) {
    const told = line.message.interactive;
    if (line.by === "customer") {
      const answer = told[told.type] || {};
      return [made("p", "", answer.title || answer.body || told.type)];
    }
    const head = told.header && (told.header.text ? [made("b", "", told.header.text)] : file(told.header));
    const parts = [...(head || []), told.body && made("p", "", told.body.text), told.footer && made("p", "small", told.footer.text)];
    const choices = made("div", "choices");
    const action = told.action || {};
    const answered = (kind, one) => () => post({ type: "interactive", reply_to: line.id, interactive: { type: kind, [kind]: one } });
    for (const button of action.buttons || []) {
      const one = { id: button.reply.id, title: button.reply.title };
      choices.append(choice(one.title, answered("button_reply", one)));
    }
    if (told.type === "list") choices.append(list(action, (row) => answered("list_reply", row)));
    if (told.type === "location_request_message") choices.append(choice("Send location", () => post({ type: "location", reply_to: line.id })));
    if (told.type === "flow") choices.append(choice("Fill in", () => post({ type: "interactive", reply_to: line.id, interactive: { type: "nfm_reply" } })));
    if (told.type === "cta_url") choices.append(outside(action.parameters.display_text, action.parameters.url));
    return [...parts, choices.childElementCount ? choices : null];
  }

  /* Unfolds by its button, as on a phone; each row is an answer. */
  function list(action, answer) {
    const unfolded = made("details", "", made("summary", "", action.button));
    for (const section of action.sections || []) {
      if (section.title) unfolded.append(made("p", "small", section.title));
      for (const row of section.rows || []) unfolded.append(choice(row.title, answer(row), row.description));
    }
    return unfolded;
  }

  function outside(text, address) {
    const link = made("a", "", "↗ " + text);
    link.href = address;
    link.target = "_blank";
    link.rel = "noreferrer";
    return link;
  }

  function template(line) {
    const told = line.message.template;
    const choices = made("div", "choices");
    for (const text of told.buttons || []) {
      choices.append(choice(text, () => post({ type: "button", reply_to: line.id, button: { payload: text, text } })));
    }
    const header = told.header ? made("b", "", told.header) : null;
    return [header, made("p", "", told.body || "Template " + told.name), told.footer && made("p", "small", told.footer), choices.childElementCount ? choices : null];
  }

  const KINDS = {
    text: (line) => [made("p", "", line.message.text.body)],
    location: (line) => {
      const told = line.message.location;
      const at = told.latitude + ", " + told.longitude;
      return [made("p", "", "📍 " + (told.name || at)), told.address && made("p", "small", told.address), told.name && made("p", "small", at)];
    },
    contacts: (line) => line.message.contacts.flatMap((one) => [
      made("p", "", "👤 " + one.name.formatted_name),
      ...(one.phones || []).map((each) => made("p", "small", each.phone + (each.wa_id ? "" : " (not on WhatsApp: invite)"))),
    ]),
    button: (line) => [made("p", "", line.message.button.text)],
    interactive,
    template,
    deleted: () => [made("p", "small", "You deleted this message.")],
    unsupported: () => [made("p", "small", "Something that Meta does not pass on (a poll)")],
    system: (line) => [made("p", "small", line.message.system.body)],
  };

  function content(line) {
    const message = line.message;
    if (message.type in SMALL) return file(message);
    return KINDS[message.type] ? KINDS[message.type](line) : [made("p", "small", message.type)];
  }

  function foot(line) {
    const at = new Date(line.at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const parts = [made("span", "", at)];
    if (line.by === "customer") parts.push(made("span", "", line.status === "read" ? "✓✓ read" : "✓✓"));
    if (line.by === "customer" && line.message.type !== "deleted") {
      parts.push(small("Delete", "⌫", () => post({ type: "revoke", revoke: { original_message_id: line.id } })));
    }
    if (line.by === "business") {
      const emoji = line.reaction === "👍" ? "" : "👍";
      parts.push(small("React with a thumb", "👍", () => post({ type: "reaction", reaction: { message_id: line.id, emoji } })));
      parts.push(small("Reply to this", "↩", () => { quote(line); write.text.focus(); }));
    }
    return made("div", "foot", ...parts);
  }

  function small(label, sign, act) {
    const button = made("button", "", sign);
    button.type = "button";
    button.setAttribute("aria-label", label);
    button.addEventListener("click", act);
    return button;
  }

  function bubble(line, byId) {
    const about = line.message.context && byId.get(line.message.context.id || line.message.context.message_id);
    const node = made("li", "line " + line.by, about ? made("p", "quote", excerpt(about)) : null, ...content(line), foot(line));
    if (line.reaction) node.append(made("span", "chip", line.reaction));
    return node;
  }

  function draw(told) {
    document.getElementById("business").textContent = told.name;
    document.getElementById("face").textContent = told.name.slice(0, 1);
    document.getElementById("state").textContent = told.typing ? "is typing…" : told.number;
    const key = JSON.stringify(told.lines);
    if (key === shown) return;
    shown = key;
    const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 60;
    const byId = new Map(told.lines.map((line) => [line.id, line]));
    const empty = made("li", "line note", "Write something: the gateway gets it as if it came from WhatsApp.");
    chat.replaceChildren(...(told.lines.length ? told.lines.map((line) => bubble(line, byId)) : [empty]));
    if (atEnd) chat.scrollTop = chat.scrollHeight;
  }

  async function look() {
    if (!field("phone")) return complain("No number is connected yet.");
    const query = new URLSearchParams({ phone_number_id: field("phone"), from: field("from") });
    try {
      const answer = await fetch("/handset/chat?" + query);
      if (answer.ok) draw(await answer.json());
    } catch {
      complain("The simulator is away.");
    }
  }

  async function send(chosen) {
    const content = await new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result).split(",")[1] || "");
      reader.readAsDataURL(chosen);
    });
    const kind = ["image", "video", "audio"].find((one) => chosen.type.startsWith(one + "/")) || "document";
    await post({ type: kind, file: { content, mime_type: chosen.type || "application/octet-stream", filename: chosen.name } });
  }

  function unfold(open) {
    more.hidden = !open;
    attach.setAttribute("aria-expanded", String(open));
  }

  write.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = write.text.value.trim();
    write.text.value = "";
    if (text) post({ type: "text", text: { body: text } });
  });
  write.text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    write.requestSubmit();
  });
  attach.addEventListener("click", () => unfold(more.hidden));
  more.addEventListener("click", (event) => {
    const type = event.target.dataset && event.target.dataset.send;
    if (!type) return;
    unfold(false);
    post({ type });
  });
  document.getElementById("file").addEventListener("change", async (event) => {
    unfold(false);
    for (const chosen of event.target.files) await send(chosen);
    event.target.value = "";
  });
  reply.lastElementChild.addEventListener("click", () => quote(null));
  who.addEventListener("change", look);
  who.addEventListener("submit", (event) => event.preventDefault());
  setInterval(() => document.visibilityState === "visible" && look(), PAUSE);
  look().then(() => { chat.scrollTop = chat.scrollHeight; });
})();
