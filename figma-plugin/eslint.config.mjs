import figma from "@figma/eslint-plugin-figma-plugins";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores(["dist/", "node_modules/", "*.mjs"]),
  {
    files: ["src/**"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ["src/main/tsconfig.json", "src/ui/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Event handlers may be async: what they throw is caught inside.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      // Handlers are async to be of one type.
      "@typescript-eslint/require-await": "off",
    },
  },
  { files: ["src/main/**"], ...figma.flatConfigs.recommended },
  // Of tests, the compiler checks the types; rules that need them again would double the time.
  { files: ["tests/**"], extends: [tseslint.configs.strict] },
  // An index is checked by the compiler (noUncheckedIndexedAccess); `!` says that it is there.
  { rules: { "@typescript-eslint/no-non-null-assertion": "off" } },
);
