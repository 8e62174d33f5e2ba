/** What callers do. The first three change something; all else only reads. */
export type Operation =
  | 'deposit'
  | 'sign_out'
  | 'reject'
  | 'read'
  | 'batch'
  | 'state'
  | 'list'
  | 'events';

/** One call of somebody who has shown who they are. */
export interface Call {
  /** The id of the API key. */
  readonly principal: string;
  readonly operation: Operation;
  /** Of the session; of a list or a stream: what the keys begin with. */
  readonly key: string;
  /** `undefined`: nobody knows where it comes from. */
  readonly address: string | undefined;
}

/** Which tokens it is about. */
export interface About {
  readonly session: string;
  readonly generation: number;
}

/** A call that was answered. */
export interface Answered extends Call {
  /** The tokens that were handed out, or asked about. */
  readonly about: About | undefined;
  /** `done`, or what else came of it: at last the code of the problem. */
  readonly outcome: string;
}

/** A call that may change something. */
export interface Changing extends Call {
  readonly requestId: string;
}
