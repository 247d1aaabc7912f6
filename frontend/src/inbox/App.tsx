// The whole page: one pane on a phone, two on a tablet, three where there is room and something to tell.
import "./tones.css";
import css from "./app.module.css";
import { Settings } from "./details/Settings.tsx";
import { Shortcuts } from "./details/Shortcuts.tsx";
import { t } from "./i18n/index.ts";
import { List } from "./list/List.tsx";
import { openId } from "./state/router.ts";
import { linkState, may, session } from "./state/session.ts";
import { conversations } from "./state/store.ts";
import { dialog, enlarged, isBuilt, panel, reacting } from "./state/view.ts";
import { Banner } from "./states/Banner.tsx";
import { LinkState, NoReading } from "./states/LinkState.tsx";
import { openPane } from "./thread/Thread.tsx";
import { lazy } from "./ui/Lazy.tsx";

const Picker = lazy(async () => (await import("./templates/Picker.tsx")).Picker);
const Lightbox = lazy(async () => (await import("./details/Lightbox.tsx")).Lightbox);
const Builder = lazy(async () => (await import("./advanced/Builder.tsx")).Builder);
const Reaction = lazy(async () => (await import("./emoji/Reaction.tsx")).Reaction);
const Panel = lazy(async () => (await import("./details/Panel.tsx")).Panel);

export function App({ onRetry }: { onRetry(): void }) {
  if (linkState.value !== "open" || !session.value) return <LinkState onRetry={onRetry} />;
  if (!may.readInbox.value) return <NoReading />;
  return <Inbox name={session.value.name} />;
}

function Inbox({ name }: { name: string }) {
  const id = openId.value;
  const conversation = id ? conversations.get(id)?.value : undefined;
  const beside = panel.value && may.readDetails.value && conversation;
  const close = (): void => void (dialog.value = null);
  return (
    <div class={css["app"]} data-open={id !== null || undefined} data-panel={beside ? true : undefined}>
      <Banner />
      <main class={css["main"]}>
        <h1 class="unseen">{t("title", { name })}</h1>
        <List />
        {openPane()}
        {beside && <Panel conversation={conversation} />}
      </main>
      {dialog.value === "settings" && <Settings onClose={close} />}
      {dialog.value === "shortcuts" && <Shortcuts onClose={close} />}
      {dialog.value === "template" && id && <Picker conversationId={id} onClose={close} />}
      {isBuilt(dialog.value) && id && <Builder key={dialog.value} kind={dialog.value} conversationId={id} onClose={close} />}
      {reacting.value && <Reaction name={reacting.value} />}
      {enlarged.value && <Lightbox conversationId={enlarged.value.conversationId} name={enlarged.value.key} />}
    </div>
  );
}
