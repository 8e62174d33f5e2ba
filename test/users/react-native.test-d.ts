// React Native with Keychain.
import * as Keychain from 'react-native-keychain';
import { createTokenManager, storageStore } from 'unexpired';
import { createAuthFetch } from '@unexpired/fetch';
import { refreshTokenGrant } from '@unexpired/oauth';
declare const __DEV__: boolean;
const keychain = {
  async getItem(service: string) {
    const found = await Keychain.getGenericPassword({ service });
    return found ? found.password : undefined;
  },
  setItem: (service: string, value: string) =>
    Keychain.setGenericPassword('session', value, { service }),
  removeItem: (service: string) => Keychain.resetGenericPassword({ service }),
};
const tokens = createTokenManager({
  store: storageStore(keychain, 'session'), // read again for each refresh: with Face ID, keep a key there, for encryptedStore
  refresh: refreshTokenGrant({ tokenEndpoint: 'https://id.example.com/token', clientId: 'app' }),
});
export const authFetch = createAuthFetch(tokens, {
  origins: [__DEV__ ? 'http://10.0.2.2:3000' : 'https://api.example.com'],
  allowInsecureOrigins: __DEV__,
});
storageStore(localStorage, 'k');
