// Builds each hosted page to hashed files in the Python package; `waypost/assets.py` finds them through the manifest.
// A page's style sheet is an input of its own, so that pages without a script can use it; the inbox's comes from its modules.
import { defineConfig } from "vite";

import { icons } from "./icons.ts";

const LATER = /src\/inbox\/(emoji\/|voice\/|advanced\/|text\/advanced\.|templates\/(Picker|Form|MediaField|templates\.)|details\/(Panel|MessageInfo|Lightbox|zoom|steps|details\.|lightbox\.)|i18n\/(es|pt|ar)\.|main\.)/;
const SOON = /src\/inbox\/|node_modules\/@?preact/;

function isInboxCore(id: string): boolean {
  return SOON.test(id) && !LATER.test(id);
}

export default defineConfig({
  base: "/_ui/",
  publicDir: false,
  plugins: [icons()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
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
        inbox: "src/inbox/main.tsx",
      },
      output: {
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
        // What the inbox needs at once is one file, and so is its style; the rest comes when it is wanted.
        codeSplitting: { groups: [{ name: "inbox-core", test: isInboxCore }] },
      },
    },
  },
});
