// The message that the next one of a conversation answers, by the name that Meta has for it.
import { byWamid, messages } from "../state/store.ts";
import { replying } from "../state/view.ts";

export function quotedIn(conversationId: string): string | undefined {
  const wamid = messages.get(replying.peek().get(conversationId) ?? "")?.peek().wamid;
  return wamid && byWamid(wamid) ? wamid : undefined;
}
