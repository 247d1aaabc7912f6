// Builds each hosted page to hashed files in the Python package; `waypost/assets.py` finds them through the manifest.
// A page's style sheet is an input of its own, so that pages without a script can use it.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/_ui/",
  publicDir: false,
  build: {
    target: "es2022",
    outDir: "../waypost/static",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        signup: "src/signup/main.ts",
        "signup.css": "src/signup/signup.css",
        reference: "src/reference/main.ts",
        "reference.css": "src/reference/reference.css",
      },
      output: {
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
      },
    },
  },
});
