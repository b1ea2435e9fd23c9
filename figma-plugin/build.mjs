/** Bundles the plugin: dist/code.js for the main thread, dist/ui.html with everything the window
 * needs in it, as Figma loads no other files.
 *
 *   node build.mjs           writes dist/
 *   node build.mjs --check   fails when dist/ is not what the sources give
 *   node build.mjs --fake F  writes the tests' stand-in for Figma to the file F
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const here = new URL(".", import.meta.url).pathname;

async function bundle(entry, options) {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2020",
    charset: "utf8",
    legalComments: "none",
    ...options,
  });
  return outputFiles[0].text;
}

async function product() {
  const script = await bundle("src/ui/main.ts", { target: "es2022" });
  const style = await readFile(`${here}src/ui/style.css`, "utf8");
  const page = await readFile(`${here}src/ui/page.html`, "utf8");
  return {
    "dist/code.js": await bundle("src/main/main.ts"),
    "dist/ui.html": page
      // Functions, as a replacement text would have its $ read.
      .replace("/* style */", () => style)
      .replace("/* script */", () => script.replaceAll("</script", "<\\/script")),
  };
}

const [option, file] = process.argv.slice(2);
if (option === "--fake") {
  await writeFile(file, await bundle("tests/fake/browser.ts"));
} else if (option === "--check") {
  for (const [path, content] of Object.entries(await product())) {
    const written = await readFile(here + path, "utf8").catch(() => "");
    if (written !== content) {
      console.error(`figma-plugin/${path} is not what the sources give: run npm run build there.`);
      process.exitCode = 1;
    }
  }
} else {
  await mkdir(`${here}dist`, { recursive: true });
  for (const [path, content] of Object.entries(await product())) {
    await writeFile(here + path, content);
  }
}
