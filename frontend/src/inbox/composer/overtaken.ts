// Whether somebody else has answered since one began to write: then one is asked before one's own message goes out too.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

import { ELSEWHERE } from "../state/reduce.ts";
import { messages } from "../state/store.ts";
import { thread } from "../state/thread.ts";

/** When anybody but this page last wrote to the contact; null while that is not known. */
function lastOfOthers(conversationId: string): number | null {
  const { keys, state } = thread(conversationId);
  if (state.peek() !== "ready") return null;
  let last = 0;
  for (const key of keys.peek()) {
    const bubble = messages.get(key)?.peek();
    if (bubble?.direction !== "outbound" || bubble.local || ELSEWHERE.has(bubble.type)) continue;
    last = Math.max(last, Date.parse(bubble.timestamp) || 0);
  }
  return last;
}

/** `asks`: shows that it was; `typed` and `sent` keep it up to date, `mayGo` is asked before sending and says no once. */
export function useOvertaken(conversationId: string) {
  const began = useRef<number | null>(null);
  const asks = useSignal(false);
  const reset = (): void => {
    began.current = null;
    asks.value = false;
  };
  return {
    asks,
    sent: reset,
    typed(text: string): void {
      if (!text.trim()) reset();
      else began.current ??= lastOfOthers(conversationId);
    },
    mayGo(): boolean {
      const last = lastOfOthers(conversationId);
      if (asks.peek() || began.current === null || last === null || last <= began.current) return true;
      asks.value = true;
      return false;
    },
  };
}
