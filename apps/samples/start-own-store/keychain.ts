import assert from 'node:assert/strict';
import { goThrough, refresh } from './session.ts';

// As a keychain of a device keeps texts.
const kept = new Map();
const SecureStore = {
  getItemAsync: async (key) => kept.get(key) ?? null,
  setItemAsync: async (key, text) => void kept.set(key, text),
};

// from docs/start/own-store.md#a-keychain-asyncstorage-expo-secure-store

await goThrough(tokens);
const { accessToken } = await tokens.getToken();
assert.ok(kept.get('session').includes(accessToken));
