// Places, contact cards, orders, forms that were filled in, and what cannot be shown here.
import { t } from "../../i18n/index.ts";
import { bodyOf, figure, part, parts, word } from "../../text/content.ts";
import { formatPhone } from "../../text/phone.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import type { ComponentChildren } from "preact";
import type { KindProps } from "./Body.tsx";
import css from "./kinds.module.css";
import { Words } from "./Text.tsx";

export function Card({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class={css["card"]}>
      <p class={css["title"]}>
        <Icon name={icon} size={18} />
        <bdi>{title}</bdi>
      </p>
      {children}
    </div>
  );
}

export function Location({ shown }: KindProps) {
  const { content } = shown;
  const latitude = figure(content, "latitude");
  const longitude = figure(content, "longitude");
  const place = latitude === null || longitude === null ? "" : `${latitude},${longitude}`;
  const address = word(content, "address");
  return (
    <Card icon="pin" title={word(content, "name") || t("kindLocation")}>
      {address && <p class={css["small"]} dir="auto">{address}</p>}
      {place && (
        <a class={css["action"]} href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`} target="_blank" rel="noopener noreferrer">
          {t("openMap")} <bdi dir="ltr">{place}</bdi>
        </a>
      )}
    </Card>
  );
}

export function Contacts({ shown }: KindProps) {
  return (
    <>
      {parts(shown.content, "contacts").map((card, place) => {
        const organization = word(part(card, "org"), "company");
        return (
          <Card key={place} icon="person" title={word(part(card, "name"), "formattedName", "firstName") || t("kindContacts")}>
            {organization && <p class={css["small"]} dir="auto">{organization}</p>}
            {parts(card, "phones").map((phone) => (
              <a key={word(phone, "phone")} class={css["action"]} href={`tel:${word(phone, "phone", "waId").replace(/[^\d+]/g, "")}`}>
                <bdi dir="ltr">{word(phone, "phone") || formatPhone(word(phone, "waId"))}</bdi>
              </a>
            ))}
            {parts(card, "emails").map((mail) => (
              <a key={word(mail, "email")} class={css["action"]} href={`mailto:${word(mail, "email")}`}>
                <bdi dir="ltr">{word(mail, "email")}</bdi>
              </a>
            ))}
          </Card>
        );
      })}
    </>
  );
}

export function Order({ shown }: KindProps) {
  const items = parts(shown.content, "productItems");
  const note = word(shown.content, "text");
  return (
    <Card icon="cart" title={t("orderOf", { count: items.length })}>
      <ul class={css["items"]} role="list">
        {items.map((item, place) => (
          <li key={place}>
            <span>
              {figure(item, "quantity") ?? 1} × <bdi>{word(item, "productRetailerId")}</bdi>
            </span>
            <bdi>{[figure(item, "itemPrice") ?? "", word(item, "currency")].join(" ").trim()}</bdi>
          </li>
        ))}
      </ul>
      {note && <Words text={note} />}
    </Card>
  );
}

/** A form that is offered; what was filled in is an interactive message. */
export function Flow({ shown }: KindProps) {
  const { content } = shown;
  return (
    <>
      <Words text={bodyOf(content) || t("kindFlow")} />
      {word(content, "flowCta") && <p class={css["offered"]}>{word(content, "flowCta")}</p>}
    </>
  );
}

export function Unsupported() {
  return (
    <div class={css["card"]}>
      <p class={css["title"]}>
        <Icon name="info" size={18} />
        {t("kindUnsupported")}
      </p>
      <p class={css["small"]}>{t("unsupportedHint")}</p>
    </div>
  );
}
