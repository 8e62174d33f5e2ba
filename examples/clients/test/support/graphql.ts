import type { Answer, Received } from './api.ts';
import { sendJson } from './api.ts';

export const ECHO = 'mutation Echo($text: String!) { echo(text: $text) }';

export const echoAnswer = ({ body }: Received): unknown => ({
  data: { echo: (JSON.parse(body) as { variables: { text: string } }).variables.text },
});

/** What servers say that run no resolver for a stranger. */
export const refusingWith200: Answer = (received, _request, response) => {
  const refusal = {
    errors: [{ message: 'Not signed in', extensions: { code: 'UNAUTHENTICATED' } }],
  };
  sendJson(response, 200, received.authorized ? echoAnswer(received) : refusal);
};

/** 401 for the refusal above. */
export const statusOfErrors = (
  errors: readonly { readonly extensions?: { readonly code?: unknown } }[] | undefined,
): number => (errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED') ? 401 : 0);
