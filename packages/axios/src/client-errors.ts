import type { Adapter, Config } from './axios-like.ts';
import type { Bare } from './bare.ts';
import type { Peer } from './peer.ts';

/** Errors as axios's own adapters have them, for what ends a request before it reaches one. */
export interface ClientErrors {
  /** `timeout` has passed. */
  timeoutError(config: Config): Promise<unknown>;
  /** A body failed, or without an `error`, it ended early. */
  bodyError(config: Config, error: unknown): Promise<unknown>;
}

export function createClientErrors(peer: Peer | undefined, bare: () => Bare): ClientErrors {
  return {
    async timeoutError(config) {
      const { AxiosError } = await classesOf(peer, bare);
      return new AxiosError(
        timeoutMessage(config),
        config.transitional?.clarifyTimeoutError ? 'ETIMEDOUT' : 'ECONNABORTED',
        config,
      );
    },
    async bodyError(config, error) {
      const { AxiosError, CanceledError } = await classesOf(peer, bare);
      const [first] = [config.adapter].flat();
      if (
        first === 'fetch' ||
        (first && first === fetchOf(peer)) ||
        'getReader' in Object(config.data)
      ) {
        const failed = new AxiosError('Network Error', 'ERR_NETWORK', config);
        return Object.defineProperty(failed, 'cause', {
          value:
            error ??
            Object.assign(new Error('Premature close'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }),
          writable: true,
          configurable: true,
        });
      }
      return error === undefined
        ? new CanceledError('Request stream has been aborted', config)
        : AxiosError.from(error, null, config);
    },
  };
}

/** The message of axios's own adapters when `timeout` has passed. */
export const timeoutMessage = (config: Config): string =>
  config.timeoutErrorMessage || `timeout of ${config.timeout}ms exceeded`;

/** axios's own classes of errors; where it cannot be asked, those of errors that it makes by itself. */
async function classesOf(
  peer: Peer | undefined,
  bare: () => Bare,
): Promise<Pick<Peer, 'AxiosError' | 'CanceledError'>> {
  if (peer) return peer;
  const classOf = (config: object): Promise<unknown> =>
    bare()
      .request(config)
      .catch((error: unknown) => (error as Error).constructor);
  return {
    AxiosError: (await classOf({ adapter: '-' })) as Peer['AxiosError'],
    CanceledError: (await classOf({ signal: { aborted: true } })) as Peer['CanceledError'],
  };
}

/** The adapter behind the name `fetch`. axios throws where a platform has none. */
export function fetchOf(peer: Peer | undefined): Adapter | undefined {
  try {
    return peer?.getAdapter('fetch');
  } catch {
    return undefined;
  }
}
