// A template as a contact sees it, with what is filled in so far in its places.
import { base } from "../api.ts";
import { t } from "../i18n/index.ts";
import { component, filled, type Values } from "../text/params.ts";
import { Words } from "../thread/kinds/Text.tsx";
import kinds from "../thread/kinds/kinds.module.css";
import type { Component } from "../types.ts";
import { Icon } from "../ui/icons.tsx";

interface Props {
  components: readonly Component[];
  values: Values;
  /** The media id of the header's file, where it is known. */
  media?: string;
  at?: string;
}

export function Rendered({ components, values, media = "", at = "" }: Props) {
  const header = component(components, "HEADER");
  const body = component(components, "BODY")?.text ?? "";
  const footer = component(components, "FOOTER")?.text;
  const buttons = component(components, "BUTTONS")?.buttons ?? [];
  const cards = component(components, "CAROUSEL")?.cards ?? [];
  return (
    <>
      {header && <Header header={header} values={values} media={media || (values[`${at}media`] ?? "").split("\n")[0] || ""} at={at} />}
      {body && <Words text={filled(body, `${at}body.`, values)} />}
      {footer && <p class={kinds["small"]} dir="auto">{footer}</p>}
      {buttons.map((button, place) => (
        <p key={place} class={kinds["offered"]} dir="auto">{button.text ?? button.type}</p>
      ))}
      {cards.map((card, nth) => (
        <div key={nth} class={kinds["card"]}>
          <Rendered components={card.components} values={values} at={`card.${nth}.`} />
        </div>
      ))}
    </>
  );
}

function Header({ header, values, media, at }: { header: Component; values: Values; media: string; at: string }) {
  const format = header.format?.toUpperCase() ?? "TEXT";
  if (format === "TEXT") return <p class={kinds["headline"]} dir="auto">{filled(header.text ?? "", `${at}header.`, values)}</p>;
  if (format === "IMAGE" && media) {
    return <img class={kinds["banner"]} src={media.startsWith("blob:") ? media : `${base}media/${media}`} alt="" width={280} height={146} />;
  }
  const icon = format === "IMAGE" ? "photo" : format === "LOCATION" ? "pin" : format === "DOCUMENT" ? "file" : "video";
  const words = { IMAGE: "kindImage", VIDEO: "kindVideo", GIF: "kindVideo", DOCUMENT: "kindDocument", LOCATION: "kindLocation" } as const;
  return (
    <p class={kinds["placeholder"]}>
      <Icon name={icon} size={22} />
      {t(words[format as keyof typeof words] ?? "kindDocument")}
    </p>
  );
}
