// The package brings no types.
declare module 'refresh-fetch' {
  interface Answer {
    readonly response: Response;
    readonly body: unknown;
  }
  type FetchJSON = (url: string, options?: RequestInit) => Promise<Answer>;

  export const fetchJSON: FetchJSON;
  export function configureRefreshFetch(configuration: {
    readonly fetch: FetchJSON;
    readonly shouldRefreshToken: (error: { readonly response?: Response }) => boolean;
    readonly refreshToken: () => Promise<unknown>;
  }): FetchJSON;
}

// Its own types are lost in "nodenext": they import each other without extensions.
declare module 'alova/client' {
  export function createServerTokenAuthentication(options: {
    readonly assignToken: (method: {
      readonly config: { readonly headers: Record<string, string> };
    }) => void;
    readonly refreshTokenOnSuccess: {
      readonly isExpired: (response: Response) => boolean;
      readonly handler: () => Promise<void>;
    };
  }): {
    readonly onAuthRequired: () => (method: unknown) => void;
    readonly onResponseRefreshToken: <Record>(responded: Record) => Record;
  };
}
