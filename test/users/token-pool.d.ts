import type { TokenEvent, TokenManager, TokenManagerOptions } from 'unexpired';

// Not written yet: the shape that it will have.
declare module 'unexpired' {
  export interface TokenPool {
    get(key: string): TokenManager;
    subscribe(listener: (event: TokenEvent) => void): () => void;
    close(): Promise<void>;
  }
  export function createTokenPool(
    create: (key: string) => TokenManagerOptions,
    options?: { max?: number; idleTimeout?: number },
  ): TokenPool;
}
