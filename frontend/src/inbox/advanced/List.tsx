// A list behind a button: up to ten choices in sections, each put in its place, and across sections, by presses.
import { t } from "../i18n/index.ts";
import { LONGEST, MOST_ROWS, type Line, type Section, line, moved, rowsOf } from "../text/advanced.ts";
import css from "./advanced.module.css";
import { Add, Field, type Form, Tools } from "./fields.tsx";

export function List({ form }: { form: Form }) {
  const { sections, buttonText, nextKey } = form.draft;
  const isFull = rowsOf(form.draft).length >= MOST_ROWS;
  const addSection = (): void => {
    const made = { key: nextKey, title: "", rows: [line(nextKey + 1)] };
    form.set({ sections: [...sections, made], nextKey: nextKey + 2 });
    form.focus(`section.${nextKey}.title`);
  };
  return (
    <>
      <Field form={form} field="buttonText" label={t("builtListButton")} value={buttonText} most={LONGEST.buttonText} onChange={(value) => form.set({ buttonText: value })} />
      {sections.map((section, nth) => (
        <SectionFields key={section.key} form={form} section={section} nth={nth} />
      ))}
      {isFull ? <p class={css["full"]}>{t("rowsFull", { count: MOST_ROWS })}</p> : <Add text={t("addSection")} field="sections" onPress={addSection} />}
    </>
  );
}

function SectionFields({ form, section, nth }: { form: Form; section: Section; nth: number }) {
  const { sections, nextKey } = form.draft;
  const name = t("builtSection", { number: nth + 1 });
  const put = (part: Partial<Section>): void => form.set({ sections: sections.map((each) => (each === section ? { ...each, ...part } : each)) });
  const add = (): void => {
    form.set({ sections: sections.map((each) => (each === section ? { ...each, rows: [...each.rows, line(nextKey)] } : each)), nextKey: nextKey + 1 });
    form.focus(`row.${nextKey}.title`);
  };
  const remove = (): void => {
    const after = sections.filter((each) => each !== section);
    form.set({ sections: after });
    form.focus(`section.${(after[nth] ?? after.at(-1))?.key}.title`);
  };
  const field = `section.${section.key}.title`;
  return (
    <fieldset class={css["group"]}>
      <legend>{name}</legend>
      <div class={css["line"]}>
        <Field
          form={form}
          field={field}
          label={t("builtSectionTitle")}
          value={section.title}
          most={LONGEST.section}
          isOptional={sections.length === 1}
          onChange={(title) => put({ title })}
        />
        {sections.length > 1 && <Tools name={name} remove={remove} />}
      </div>
      {section.rows.map((row) => (
        <Row key={row.key} form={form} row={row} />
      ))}
      {rowsOf(form.draft).length < MOST_ROWS && <Add text={t("addRow")} field={`rows.${section.key}`} onPress={add} />}
    </fieldset>
  );
}

function Row({ form, row }: { form: Form; row: Line }) {
  const { sections } = form.draft;
  const all = rowsOf(form.draft);
  const nth = all.indexOf(row);
  const name = t("builtRow", { number: nth + 1 });
  const write = (part: Partial<Line>): void => {
    form.set({ sections: sections.map((each) => ({ ...each, rows: each.rows.map((one) => (one === row ? { ...one, ...part } : one)) })) });
  };
  const move = (step: 1 | -1): void => {
    const after = moved(sections, row.key, step);
    form.set({ sections: after });
    const at = after.findIndex(({ rows }) => rows.includes(row));
    const place = rowsOf({ ...form.draft, sections: after }).indexOf(row) + 1;
    form.say(sections.length > 1 ? t("movedToSection", { number: place, section: at + 1 }) : t("movedTo", { number: place }));
    form.focus(`row.${row.key}.${step > 0 ? "down" : "up"}`);
  };
  const remove = (): void => {
    form.set({ sections: sections.map((each) => ({ ...each, rows: each.rows.filter((one) => one !== row) })) });
    form.focus(`row.${(all[nth + 1] ?? all[nth - 1])?.key}.title`);
  };
  const isFirst = sections[0]?.rows[0] === row;
  const isLast = sections.at(-1)?.rows.at(-1) === row;
  return (
    <div class={css["row"]} role="group" aria-label={name}>
      <div class={css["line"]}>
        <Field form={form} field={`row.${row.key}.title`} label={name} value={row.title} most={LONGEST.row} onChange={(title) => write({ title })} />
        <Tools
          name={name}
          field={`row.${row.key}`}
          up={isFirst ? undefined : () => move(-1)}
          down={isLast ? undefined : () => move(1)}
          remove={all.length > 1 ? remove : undefined}
        />
      </div>
      <Field
        form={form}
        field={`row.${row.key}.description`}
        label={t("builtDescription")}
        value={row.description}
        most={LONGEST.description}
        isOptional
        onChange={(description) => write({ description })}
      />
    </div>
  );
}
