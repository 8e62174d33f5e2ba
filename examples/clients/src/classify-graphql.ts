import type { ApiResponse } from 'unexpired';

interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

/** Many GraphQL servers answer 200 to a refused token, and say it in `errors`. */
export async function classifyGraphql(response: ApiResponse): Promise<'rejected' | undefined> {
  if (response.status !== 200) return undefined;
  const { data, errors } = ((await response.json()) ?? {}) as GraphqlAnswer;
  // With data, something ran: not to be sent again.
  const refused = errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
  return data == null && refused ? 'rejected' : undefined;
}
