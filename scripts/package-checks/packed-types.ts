import type { Package } from '../workspace.ts';

export interface PackedPackage extends Package {
  tarball: string;
}

export interface Packed {
  packages: PackedPackage[];
  /** A folder outside of the repository, in whose node_modules the tarballs are, as in a user's project. */
  project: string;
}

export interface Packing {
  /** Packs at the first call. */
  get(): Promise<Packed>;
  /** Removes what was packed. */
  clear(): void;
}
