// Any emoji as a reaction to a message: the same picker, in a dialog.
import { t } from "../i18n/index.ts";
import { react } from "../state/reactions.ts";
import { messages } from "../state/store.ts";
import { reacting } from "../state/view.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Emoji } from "./Emoji.tsx";

export function Reaction({ name }: { name: string }) {
  const shown = messages.get(name)?.value;
  const close = (): void => void (reacting.value = null);
  const pick = (face: string): void => {
    close();
    if (shown) react(shown, name, face);
  };
  return (
    <Dialog title={t("react")} onClose={close}>
      <Emoji onPick={pick} onClose={close} isInline />
    </Dialog>
  );
}
