/** Settings, kept on this computer by Figma for this plugin alone; so is the key. */

import type { Settings } from "../protocol";
import { DEFAULTS } from "../protocol";

const NAME = "settings";

export async function loadSettings(): Promise<Settings> {
  const stored: unknown = await figma.clientStorage.getAsync(NAME);
  // A setting that an older version did not have is as it is for everyone.
  return { ...DEFAULTS, ...(stored as Partial<Settings> | undefined) };
}

export async function saveSettings(settings: Settings): Promise<void> {
  await figma.clientStorage.setAsync(NAME, settings);
}
