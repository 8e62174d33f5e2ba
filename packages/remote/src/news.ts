/** What the service tells of a session. */
export interface News {
  readonly session: string;
  readonly generation: number;
  readonly state: string;
}

/** `undefined`: anything may have changed. */
export type OnNews = (news: News | undefined) => void;

/** One connection to a service, on which it tells of changes. Made by `remoteEvents`. */
export interface RemoteEvents {
  /** The address of the service. */
  readonly url: string;
  /** Tells of changes of this session. Returns unsubscribe. */
  join(session: string, onNews: OnNews): () => void;
}
