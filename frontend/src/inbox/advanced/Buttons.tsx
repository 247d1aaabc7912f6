// One to three reply buttons: written, put in order, taken out.
import { t } from "../i18n/index.ts";
import { LONGEST, MOST_BUTTONS, type Line, line, movedLine } from "../text/advanced.ts";
import css from "./advanced.module.css";
import { Add, Field, type Form, Tools } from "./fields.tsx";

export function Buttons({ form }: { form: Form }) {
  const { buttons, nextKey } = form.draft;
  const write = (key: number, title: string): void => {
    form.set({ buttons: buttons.map((each) => (each.key === key ? { ...each, title } : each)) });
  };
  const move = (each: Line, step: 1 | -1): void => {
    const after = movedLine(buttons, each.key, step);
    form.set({ buttons: after });
    form.say(t("movedTo", { number: after.indexOf(each) + 1 }));
    form.focus(`button.${each.key}.${step > 0 ? "down" : "up"}`);
  };
  const remove = (each: Line, nth: number): void => {
    const after = buttons.filter((other) => other !== each);
    form.set({ buttons: after });
    form.focus(`button.${(after[nth] ?? after.at(-1))?.key}`);
  };
  const add = (): void => {
    form.set({ buttons: [...buttons, line(nextKey)], nextKey: nextKey + 1 });
    form.focus(`button.${nextKey}`);
  };
  return (
    <fieldset class={css["group"]}>
      <legend>{t("builtButtons")}</legend>
      {buttons.map((each, nth) => {
        const name = t("builtButton", { number: nth + 1 });
        return (
          <div key={each.key} class={css["line"]}>
            <Field form={form} field={`button.${each.key}`} label={name} value={each.title} most={LONGEST.button} onChange={(title) => write(each.key, title)} />
            {buttons.length > 1 && (
              <Tools
                name={name}
                field={`button.${each.key}`}
                up={nth > 0 ? () => move(each, -1) : undefined}
                down={nth < buttons.length - 1 ? () => move(each, 1) : undefined}
                remove={() => remove(each, nth)}
              />
            )}
          </div>
        );
      })}
      {buttons.length < MOST_BUTTONS ? <Add text={t("addButton")} field="buttons" onPress={add} /> : <p class={css["full"]}>{t("buttonsFull", { count: MOST_BUTTONS })}</p>}
    </fieldset>
  );
}
