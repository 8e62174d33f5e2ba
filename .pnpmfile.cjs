'use strict';

// The packages that carry a Node binary give "os" and "cpu" as strings. pnpm reads lists only, and would install the
// binaries of every system on each machine.
module.exports = {
  hooks: {
    readPackage: (manifest) => {
      for (const field of ['os', 'cpu']) {
        if (typeof manifest[field] === 'string') manifest[field] = [manifest[field]];
      }
      return manifest;
    },
  },
};
