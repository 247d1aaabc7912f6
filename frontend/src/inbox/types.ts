// What the session API gives, as far as the page reads it.

export type Permission =
  | "readInbox"
  | "readDetails"
  | "markRead"
  | "sendText"
  | "sendMedia"
  | "sendTemplates"
  | "sendAdvanced";

export interface Session {
  linkId: string;
  /** Grows with each new secret of the link. */
  version: number;
  /** How others are told of this visitor. */
  who: string;
  name: string;
  phone: { id: string; number: string; verifiedName: string | null; ready: boolean; problem?: string | null };
  permissions: Record<Permission, boolean>;
  expiresAt: string | null;
  serverTime: string;
  locale?: string | null;
}

export type Status = "pending" | "sent" | "delivered" | "read" | "failed";
export type Direction = "inbound" | "outbound";

export interface LastMessage {
  id: string;
  type: string;
  preview: string | null;
  direction: Direction;
  status: Status;
  timestamp: string;
  origin?: string | null;
  /** A recording that was spoken. */
  voice?: boolean;
  /** What a reaction is about. */
  about?: { type: string; preview: string | null } | null;
}

export interface Conversation {
  id: string;
  contactPhone: string | null;
  contactUserId: string | null;
  contactUsername: string | null;
  contactName: string | null;
  unreadCount: number;
  lastMessage: LastMessage | null;
  windowExpiresAt: string | null;
  lastMessageAt: string;
  createdAt: string;
  mergedInto?: string | null;
}

export interface Failure {
  code: number | null;
  title?: string | null;
  message?: string | null;
  details?: string | null;
}

export interface Reaction {
  emoji: string;
  from: "contact" | "business";
  timestamp: string;
}

/** Content differs by type and comes from a server that may be newer than this page: read it through `text/content.ts`. */
export type Content = Record<string, unknown>;

export interface Message {
  id: string;
  conversationId: string;
  clientId: string | null;
  wamid: string | null;
  direction: Direction;
  type: string;
  content: Content;
  status: Status;
  timestamp: string;
  error: Failure | null;
  context: { wamid?: string; from?: string; forwarded?: boolean; frequentlyForwarded?: boolean } | null;
  statusTimestamps?: Record<string, string> | null;
  origin: string;
  pricing?: { type?: string; category?: string; model?: string; billable?: boolean } | null;
  editedAt: string | null;
  deletedAt: string | null;
  reactions: Reaction[];
  /** It failed, and may be sent again. */
  retryable?: boolean;
}

export interface Details {
  contactPhone: string | null;
  contactUserId: string | null;
  contactName: string | null;
  contactUsername: string | null;
  firstSeenAt: string | null;
  windowExpiresAt: string | null;
  media: Message[];
}

export interface Button {
  type: string;
  text?: string;
  url?: string;
  phone_number?: string;
  example?: unknown;
}

export interface Component {
  type: string;
  format?: string;
  text?: string;
  buttons?: Button[];
  cards?: { components: Component[] }[];
}

export interface Template {
  id: string;
  name: string;
  language: string;
  category: string | null;
  parameterFormat: string | null;
  components: Component[];
}

export interface Presence {
  conversationId: string | null;
  state: "viewing" | "typing";
  who: string;
}
