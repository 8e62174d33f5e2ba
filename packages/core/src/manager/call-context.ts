/** What a manager can be told of the code that asks it, where a platform follows asynchronous calls. */
export interface CallContext {
  /** Makes the call; whatever it starts until it settles is part of it. */
  run<T>(call: () => T | PromiseLike<T>): Promise<T>;
  /** Is the code that asks part of such a call? */
  isInside(): boolean;
}

/** The seam of `explainReentrancy` of `@unexpired/node`: a manager has it, and its public type does not name it. */
export interface Explainable {
  onRefresh(context: CallContext): () => void;
}
