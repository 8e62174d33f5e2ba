// The package brings no types; these are the functions that are used here.
declare module 'fs-native-extensions' {
  /** An exclusive lock on the open file: `true` granted, `false` held through another descriptor. Throws when there can be none. */
  export function tryLock(fd: number): boolean;
  export function unlock(fd: number): void;
}
