import type { ApiResponse } from 'unexpired';
import { isTokenRejected } from 'unexpired/adapter';

interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

/** Many GraphQL servers answer 200 to a refused token, and say it in `errors`. */
export async function isTokenRejectedByGraphql(response: ApiResponse): Promise<boolean> {
  if (isTokenRejected(response)) return true;
  const { data, errors } = ((await response.json()) ?? {}) as GraphqlAnswer;
  // With data, something ran: not to be sent again.
  return (
    data == null &&
    (errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED') ?? false)
  );
}
