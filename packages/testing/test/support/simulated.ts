import { expect } from '@jest/globals';
import { type RefreshContext, TokenError, type TokenResponse } from 'unexpired';
import { manualClock, simulatedServer, type SimulatedServerOptions } from '@unexpired/testing';

export const setUp = (options: SimulatedServerOptions = {}) => {
  const clock = manualClock();
  const server = simulatedServer({ clock, ...options });
  const first = server.login();
  const redeem = async (
    token: TokenResponse | undefined,
    signal = new AbortController().signal,
  ): Promise<TokenResponse> => {
    const context: RefreshContext = { reason: 'due', signal };
    return (await server.refresh(
      { accessToken: 'any', refreshToken: token?.refresh_token },
      context,
    )) as TokenResponse;
  };
  const error = async (
    token: TokenResponse | undefined,
    signal?: AbortSignal,
  ): Promise<TokenError> => {
    const thrown = await redeem(token, signal).catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(TokenError);
    return thrown as TokenError;
  };
  return { clock, server, first, redeem, error };
};

export const status = ({ server }: ReturnType<typeof setUp>, token: TokenResponse) =>
  server.statusOf(String(token.refresh_token));

export const ended = { code: 'ERR_SESSION_ENDED', delivery: 'answered' };

export const unsent = { code: 'ERR_REFRESH_UNAVAILABLE', delivery: 'unsent' };

export const lost = { code: 'ERR_REFRESH_UNAVAILABLE', delivery: 'unanswered' };

export const declined = { code: 'ERR_REFRESH_UNAVAILABLE', delivery: 'answered' };
