// What a message says, by its type. A type that is not known here gets a card of its own, and never breaks the thread.
import { Component, type ComponentChildren } from "preact";

import type { Bubble } from "../../state/reduce.ts";
import { fewEmoji } from "../../text/format.ts";
import { word } from "../../text/content.ts";
import { Contacts, Flow, Location, Order, Unsupported } from "./Cards.tsx";
import { Document } from "./Document.tsx";
import { Interactive } from "./Interactive.tsx";
import { Picture, Sticker, Video } from "./Pictures.tsx";
import { Template } from "./Template.tsx";
import { Text } from "./Text.tsx";
import { Voice } from "./Voice.tsx";

export interface KindProps {
  shown: Bubble;
  name: string;
}

const KINDS: Readonly<Record<string, (props: KindProps) => ComponentChildren>> = {
  text: Text,
  button: Text,
  image: Picture,
  video: Video,
  audio: Voice,
  document: Document,
  sticker: Sticker,
  location: Location,
  contacts: Contacts,
  interactive: Interactive,
  cta_url: Interactive,
  flow: Flow,
  order: Order,
  template: Template,
};

export function Body({ shown, name }: KindProps) {
  const Kind = (Object.hasOwn(KINDS, shown.type) ? KINDS[shown.type] : undefined) ?? Unsupported;
  return (
    <Guard>
      <Kind shown={shown} name={name} />
    </Guard>
  );
}

/** Stickers and a few emoji stand without a bubble around them. */
export function frameless(shown: Bubble): boolean {
  if (shown.deletedAt || shown.context?.wamid) return false;
  return shown.type === "sticker" || (shown.type === "text" && fewEmoji(word(shown.content, "body")) > 0);
}

class Guard extends Component<{ children: ComponentChildren }, { broken: boolean }> {
  override state = { broken: false };

  override componentDidCatch(): void {
    this.setState({ broken: true });
  }

  render() {
    return this.state.broken ? <Unsupported /> : this.props.children;
  }
}
