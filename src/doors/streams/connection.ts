import type { WebSocket } from 'ws';
import type { Session } from '../../auth/session.ts';
import type { Inbox } from './inbox.ts';
import type { OperationIds } from './operation-ids.ts';

/** What the door knows of one socket. */
export interface SocketState {
  readonly socket: WebSocket;
  readonly inbox: Inbox;
  readonly address: string;
  /** Names everything that happens on this socket. */
  readonly requestId: string;
  /** What the caller's program calls itself. */
  readonly client: string | null;
  /** Who opened the connection with a token; null before. */
  session: Session | null;
  /** Gives back the socket's place among all sockets. */
  giveBack: () => void;
  /** The long texts of a large message while it is handled. */
  texts: ReadonlyMap<string, string> | null;
  /** Results as text, by how the frame of their operation opens. */
  readonly written: Map<string, string>;
  readonly ids: OperationIds;
}
