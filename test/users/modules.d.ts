// What these eight people have installed besides, as far as their code touches it.

declare module 'react-native-keychain' {
  export function getGenericPassword(options: {
    service: string;
  }): Promise<false | { password: string }>;
  export function setGenericPassword(
    username: string,
    password: string,
    options: { service: string },
  ): Promise<unknown>;
  export function resetGenericPassword(options: { service: string }): Promise<boolean>;
}
