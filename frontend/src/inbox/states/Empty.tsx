// Places with nothing in them: what is the matter, and one thing to do about it.
import { Icon, type IconName } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import css from "./states.module.css";

interface Props {
  icon: IconName;
  text: string;
  detail?: string;
  action?: string;
  onAction?(): void;
}

export function Problem({ icon, text, detail, action, onAction }: Props) {
  return (
    <div class={css["empty"]}>
      <span class={css["mark"]}>
        <Icon name={icon} size={26} />
      </span>
      <p>{text}</p>
      {detail && <p class={css["detail"]}>{detail}</p>}
      {action && (
        <button type="button" class={ui["secondary"]} onClick={onAction}>
          {action}
        </button>
      )}
    </div>
  );
}
