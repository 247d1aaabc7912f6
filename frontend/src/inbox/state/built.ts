// What is half built in the composer's menu, per conversation and kind: kept for as long as the page, never in storage.
import type { Draft, Kind } from "../text/advanced.ts";

const drafts = new Map<string, Draft>();

export function builtSoFar(conversationId: string, kind: Kind): Draft | undefined {
  return drafts.get(`${conversationId} ${kind}`);
}

export function keepBuilt(conversationId: string, kind: Kind, draft: Draft | null): void {
  if (draft) drafts.set(`${conversationId} ${kind}`, draft);
  else drafts.delete(`${conversationId} ${kind}`);
}

export function wipeBuilt(): void {
  drafts.clear();
}
