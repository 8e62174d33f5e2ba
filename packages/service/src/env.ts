/** What stands beside each request. */
export interface Env {
  readonly Variables: {
    requestId: string;
    /** The id of the caller's key. */
    principal: string;
  };
  readonly Bindings: {
    /** The address that the server gives for the request, if it gives one. */
    readonly address?: string | undefined;
  };
}
