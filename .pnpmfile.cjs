'use strict';

// The packages that carry a Node binary give "os" and "cpu" as strings. pnpm reads lists only, and would install the
// binaries of every system on each machine.
module.exports = {
  hooks: {
    readPackage: (manifest) => {
      for (const field of ['os', 'cpu']) {
        if (typeof manifest[field] === 'string') manifest[field] = [manifest[field]];
      }
      // It works with the compiler's API, which TypeScript 7 does not have.
      if (manifest.name === 'ts-jest') {
        delete manifest.peerDependencies.typescript;
        manifest.dependencies.typescript = '5.9.3';
      }
      return manifest;
    },
  },
};
