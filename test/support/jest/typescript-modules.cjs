/**
 * Jest's transform of the TypeScript sources: swc strips the types, and one line in front binds the language's own
 * globals to constants. A jest test runs in a context of its own, where looking up a global costs a call into C++ each
 * time: `Math.sqrt` in a loop takes 25 times as long as it does in a program. A constant costs nothing. Timers, Date,
 * fetch and process stay global, since tests replace them.
 */
const { createHash } = require("node:crypto");
const { createTransformer } = require("@swc/jest");
const { intrinsics } = require("./intrinsics.cjs");

const prelude = `const { ${intrinsics.join(", ")} } = globalThis; `;

module.exports = {
  createTransformer(options) {
    const swc = createTransformer(options);
    const withPrelude = ({ code, ...rest }) => ({ ...rest, code: prelude + code });
    return {
      ...swc,
      process: (...args) => withPrelude(swc.process(...args)),
      processAsync: async (...args) => withPrelude(await swc.processAsync(...args)),
      getCacheKey: (...args) =>
        createHash("sha1")
          .update(swc.getCacheKey(...args))
          .update(prelude)
          .digest("hex"),
    };
  },
};
