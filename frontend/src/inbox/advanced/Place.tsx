// A place, by hand or where this device is, asked of the browser on a press alone; and a contact card.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { type Key, t } from "../i18n/index.ts";
import { Icon } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import forms from "../templates/templates.module.css";
import css from "./advanced.module.css";
import { Field, type Form } from "./fields.tsx";

const WAIT = 15_000;
/** About a metre. */
const DIGITS = 5;
/** What the browser says by number: refused, unknown, too late. */
const TROUBLES: Readonly<Record<number, Key>> = { 1: "positionRefused", 2: "positionUnknown", 3: "positionUnknown" };

export function Place({ form }: { form: Form }) {
  const { latitude, longitude, name, address } = form.draft;
  return (
    <>
      {"geolocation" in navigator && isSecureContext && <Here form={form} />}
      <div class={css["pair"]}>
        <Field form={form} field="latitude" label={t("place_latitude")} value={latitude} mode="decimal" onChange={(value) => form.set({ latitude: value })} />
        <Field form={form} field="longitude" label={t("place_longitude")} value={longitude} mode="decimal" onChange={(value) => form.set({ longitude: value })} />
      </div>
      <Field form={form} field="name" label={t("place_name")} value={name} isOptional onChange={(value) => form.set({ name: value })} />
      <Field form={form} field="address" label={t("place_address")} value={address} isOptional onChange={(value) => form.set({ address: value })} />
    </>
  );
}

function Here({ form }: { form: Form }) {
  const state = useSignal<"idle" | "asking">("idle");
  const trouble = useSignal<Key | null>(null);
  const latest = useRef({ form, isHere: true });
  latest.current.form = form;
  useEffect(() => () => void (latest.current.isHere = false), []);
  const ask = (): void => {
    if (state.peek() === "asking") return;
    state.value = "asking";
    trouble.value = null;
    const found = ({ coords }: GeolocationPosition): void => {
      state.value = "idle";
      if (!latest.current.isHere) return;
      latest.current.form.set({ latitude: coords.latitude.toFixed(DIGITS), longitude: coords.longitude.toFixed(DIGITS) });
      latest.current.form.say(t("positionFound"));
    };
    const lost = ({ code }: GeolocationPositionError): void => {
      state.value = "idle";
      trouble.value = TROUBLES[code] ?? "positionUnknown";
    };
    navigator.geolocation.getCurrentPosition(found, lost, { enableHighAccuracy: true, timeout: WAIT });
  };
  return (
    <div class={css["here"]}>
      <button type="button" class={ui["secondary"]} data-first aria-disabled={state.value === "asking"} onClick={ask}>
        <Icon name="target" size={18} />
        {t(state.value === "asking" ? "positionAsking" : "usePosition")}
      </button>
      {trouble.value && (
        <p class={forms["wrong"]} role="alert">
          {t(trouble.value)}
        </p>
      )}
    </div>
  );
}

export function Card({ form }: { form: Form }) {
  const { name, phone, isOnWhatsApp } = form.draft;
  return (
    <>
      <Field form={form} field="name" label={t("cardName")} value={name} most={0} onChange={(value) => form.set({ name: value })} />
      <Field form={form} field="phone" label={t("cardPhone")} value={phone} mode="tel" hint={t("cardPhoneHint")} onChange={(value) => form.set({ phone: value })} />
      <label class={css["check"]}>
        <input type="checkbox" checked={isOnWhatsApp} onChange={(event) => form.set({ isOnWhatsApp: event.currentTarget.checked })} />
        <span>
          {t("cardOnWhatsApp")}
          <small>{t("cardOnWhatsAppHint")}</small>
        </span>
      </label>
    </>
  );
}
