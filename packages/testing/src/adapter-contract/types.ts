import type { AuthOptions, TokenInput } from 'unexpired';

/** A request, for any client. */
export interface ContractRequest {
  readonly url: string | URL;
  /** Default `GET`. */
  readonly method?: 'GET' | 'POST' | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: BodyInit | object | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly tokens?: TokenInput | false | undefined;
}

/** An answer, of any client. A client that rejects with its own error for a 401 is to resolve here with that answer. */
export interface ContractAnswer {
  readonly status: number;
  readonly text: string;
  /** What `tokenErrorOf` is asked about: the client's error, or its response. */
  readonly explained: unknown;
}

/** The options that the contract gives an adapter. */
export type ContractOptions = AuthOptions & { readonly origins: readonly string[] };

/** One client under the contract. */
export interface AdapterUnderTest {
  readonly name: string;
  /** Attaches the adapter to a new client. */
  create(
    tokens: TokenInput,
    options: ContractOptions,
  ): (request: ContractRequest) => Promise<ContractAnswer>;
  /** Does a request reach the adapter with the caller's own signal? Not so where the client makes a `Request` of it. Default `true`. */
  readonly keepsSignal?: boolean | undefined;
  /** How the client rejects an aborted request. Default: with the signal's reason. */
  readonly isAbort?: ((error: unknown, reason: unknown) => boolean) | undefined;
  /** The client does not say where an answer came from, so that a 401 after a redirect looks like the API's own. Default `false`. */
  readonly hidesRedirects?: boolean | undefined;
  /** Can the client follow no redirect? Not so with XMLHttpRequest: a `header` of another name is a TypeError then. Default `true`. */
  readonly refusesRedirects?: boolean | undefined;
  /** Bodies up to this many bytes are replayed. Default: all that can be. */
  readonly replayLimit?: number | undefined;
  /** Functions that make a body of the text `made anew` for each send, where the client takes them. Default: none. */
  readonly bodyFactories?: Readonly<Record<string, () => unknown>> | undefined;
  /** Streams of the kinds that this client takes; the contract breaks them while their request waits. Default: none. */
  readonly breakableBodies?: Readonly<Record<string, () => BreakableBody>> | undefined;
  /** How the client rejects a request whose body failed with `cause`. Default: with an error that has it as its cause. */
  readonly isBodyError?: ((error: unknown, cause: unknown) => boolean) | undefined;
  /** Kinds of bodies that the client makes text of at the call, which costs no copy. Default: none. */
  readonly textOf?: readonly string[] | undefined;
  /** Bodies that can be read once, in the forms that this client takes. */
  readonly oneShotBodies: Readonly<
    Record<
      string,
      () => { readonly body: BodyInit | object; readonly headers?: Record<string, string> }
    >
  >;
}

/** A stream that has not ended yet. */
export interface BreakableBody {
  readonly body: BodyInit | object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Lets it fail with `error`. */
  fail(error: Error): void;
  /** Ends it too early, without an error, where that is possible. */
  destroy?(): void;
  /** Resolves once nobody will read it any more: it was destroyed or cancelled, by the adapter or, as ky does it, by the client. */
  readonly closed: Promise<unknown>;
}

/** The API that the contract runs against, see `startContractApi`. */
export interface ContractApi {
  readonly origin: string;
  /** Another origin of the same API. */
  readonly foreignOrigin: string;
  /** Everything that arrived, in order. */
  readonly requests: readonly ReceivedRequest[];
  /** Connections opened so far. */
  readonly connections: number;
  /** Forgets what arrived, accepts `token` from now on. */
  reset(token: string): void;
  /** Accepts this token from now on, and no other. */
  accept(token: string): void;
  /** Holds the answers to this path until the returned function is called. */
  hold(path: string): () => void;
  /** Resolves when `count` requests to this path have arrived. */
  arrived(path: string, count: number): Promise<void>;
}

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  /** The header `X-Api-Token`. */
  readonly apiToken: string | undefined;
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly body: string;
  readonly foreign: boolean;
}

/** What the contract needs of a test framework. */
export interface ContractFramework {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
}

/** What one group of the contract's rules gets. */
export interface ContractContext {
  readonly adapter: AdapterUnderTest;
  readonly api: () => ContractApi;
  readonly it: ContractFramework['it'];
}
