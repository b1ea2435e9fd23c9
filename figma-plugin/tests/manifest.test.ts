import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

interface Manifest {
  main: string;
  ui: string;
  api: string;
  documentAccess: string;
  editorType: string[];
  networkAccess: { allowedDomains: string[]; reasoning: string };
  menu: { command?: string }[];
}

test("the manifest can be imported as it is", () => {
  const manifest = JSON.parse(read("manifest.json")) as Manifest;
  expect(read(manifest.main)).not.toBe("");
  expect(read(manifest.ui)).toMatch(/^<!doctype html>/);
  expect(manifest).toMatchObject({
    api: "1.0.0",
    documentAccess: "dynamic-page",
    editorType: ["figma"],
  });
  // With all domains allowed, Figma asks for the reason.
  expect(manifest.networkAccess.allowedDomains).toEqual(["*"]);
  expect(manifest.networkAccess.reasoning).not.toBe("");
  const commands = manifest.menu.flatMap(({ command }) => command ?? []);
  expect(commands).toEqual(["analyse", "compare", "clear", "settings"]);
});

test("the window has all in it: Figma loads no other files", () => {
  const page = read("dist/ui.html");
  expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
  expect(page.match(/<script>/g)).toHaveLength(1);
  expect(page.match(/<\/script>/g)).toHaveLength(1);
});
