// What a failure means to the person who wrote the message, by Meta's code. Pure. Whether another try can help is here too.
import type { Key } from "../i18n/en.ts";
import type { Bubble, Local } from "../state/reduce.ts";

export interface Advice {
  text: Key;
  canRetry: boolean;
  /** Only a template gets through. */
  template: boolean;
}

const advice = (text: Key, canRetry = false, template = false): Advice => ({ text, canRetry, template });

const KNOWN: Readonly<Record<number, Advice>> = {
  131047: advice("failWindow", false, true),
  131026: advice("failUndeliverable"),
  131049: advice("failHeldBack"),
  130472: advice("failExperiment"),
  131053: advice("failFile"),
  131052: advice("failFile"),
  131051: advice("failType"),
  131009: advice("failValue"),
  132000: advice("failTemplateValues"),
  132012: advice("failTemplateValues"),
  132001: advice("failTemplateMissing"),
  132015: advice("failTemplatePaused"),
  132016: advice("failTemplatePaused"),
  130429: advice("failTooMany", true),
  131056: advice("failTooMany", true),
  131048: advice("failTooMany", true),
  131031: advice("failRestricted"),
  368: advice("failRestricted"),
  131042: advice("failBilling"),
  190: advice("failConnection"),
  131000: advice("failMeta", true),
  131016: advice("failMeta", true),
  131057: advice("failMeta", true),
  133016: advice("failMeta", true),
  131030: advice("failNotAllowed"),
  131021: advice("failSelf"),
  131050: advice("failOptedOut"),
};

const OURS: Readonly<Record<NonNullable<Local["failure"]>["kind"], Advice>> = {
  permission: advice("failPermission"),
  rejected: advice("failRejected"),
  server: advice("failServer", true),
  lost: advice("failLost", true),
};

export function adviceOn(shown: Bubble): Advice {
  const ours = shown.local?.failure;
  return ours ? OURS[ours.kind] : adviceFor(shown.error?.code);
}

export function adviceFor(code: number | null | undefined): Advice {
  return KNOWN[code ?? 0] ?? advice("failOther", true);
}
