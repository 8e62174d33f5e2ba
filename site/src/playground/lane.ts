import type { SimulatedServer } from '@unexpired/testing';
import type { AxiosInstance, AxiosRequestConfig } from 'axios';

/** What the browser keeps for a site, such as `localStorage`, for a client that two tabs have. */
export interface Kept {
  tokens: { access_token: string; refresh_token: string } | undefined;
}

/** What a client gets to work with. */
export interface Setting {
  readonly server: SimulatedServer;
  /** Has axios send to the simulated server, through a network that takes its time. */
  readonly network: AxiosRequestConfig;
  readonly kept: Kept;
}

/** One tab with a client in it. */
export interface Tab {
  readonly api: AxiosInstance;
  signOut(): Promise<void>;
  /** Is somebody signed in, as far as this client knows? */
  isSignedIn(): boolean;
}

/** A way to refresh tokens, which runs beside others. */
export interface Lane {
  readonly name: string;
  readonly about: string;
  /** Opens so many tabs in which somebody is signed in whose access token has expired. */
  open(setting: Setting, tabs: number): Promise<readonly Tab[]>;
}

export const ORIGIN = 'https://api.example.com';
