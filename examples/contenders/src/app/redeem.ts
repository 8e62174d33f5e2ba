import axios, { type AxiosRequestConfig } from 'axios';
import type { App, TokenResponse } from '../contender.ts';

type Endpoint = Pick<App, 'tokenEndpoint' | 'clientId' | 'agent'>;

/** The refresh request of an app on axios (RFC 6749 section 6), on a client without interceptors. */
export async function redeemWithAxios(
  { tokenEndpoint, clientId, agent }: Endpoint,
  refreshToken: string | undefined,
  config: AxiosRequestConfig = {},
): Promise<TokenResponse> {
  const form = formOf(clientId, refreshToken);
  const { data } = await axios.post<TokenResponse>(tokenEndpoint, form, {
    httpAgent: agent,
    ...config,
  });
  return data;
}

/** The same on fetch. */
export async function redeemWithFetch(
  { tokenEndpoint, clientId }: Endpoint,
  refreshToken: string | undefined,
): Promise<TokenResponse> {
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    body: formOf(clientId, refreshToken),
  });
  if (!response.ok) throw new RefreshRefused(response.status);
  return (await response.json()) as TokenResponse;
}

class RefreshRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`The token endpoint answered ${status}.`);
    this.status = status;
  }
}

/** Does the error say that the refresh token is no good? Tutorials sign out on every error; this is kinder to them. */
export function isRefused(error: unknown): boolean {
  const status = axios.isAxiosError(error)
    ? error.response?.status
    : (error as { readonly status?: number } | undefined)?.status;
  return status === 400 || status === 401;
}

function formOf(clientId: string, refreshToken: string | undefined): URLSearchParams {
  return new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken ?? '',
    client_id: clientId,
  });
}
