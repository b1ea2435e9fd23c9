/** The rules of the web studio: `npm run lint-studio`. Types are the compiler's (serve/tsconfig.json). */

import js from "@eslint/js";
import { defineConfig } from "eslint/config";

export default defineConfig({
  files: ["**/*.js"],
  ignores: ["**/docs/**"], // not ours
  extends: [js.configs.recommended],
  rules: {
    "no-undef": "off", // the compiler knows the browser's names
    "no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
    eqeqeq: "error",
    "prefer-const": ["error", { destructuring: "all" }],
    "no-var": "error",
  },
});
