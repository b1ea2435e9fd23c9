/** What the plugin's two halves say to each other: the main thread, which has the document, and the
 * window, which has the network. The window calls, the main thread answers, and tells of events. */

export type Window = "1s" | "3s" | "5s";
export type Domain = "web" | "mobile" | "poster" | "photo";
/** "auto" leaves it to the server, which looks at the picture. */
export type DomainChoice = "auto" | Domain;

export interface Settings {
  /** Address of the gazecast server. */
  server: string;
  /** API key; empty for a server that needs none. */
  key: string;
  window: Window;
  /** "frame" guesses from the frame's size. */
  domain: "frame" | DomainChoice;
  /** How many levels of layers below the frame are measured. */
  depth: number;
  /** Layers whose shorter side is less, in px of the design, are not measured. */
  minimumSize: number;
}

export const DEFAULTS: Settings = {
  server: "http://localhost:8000",
  key: "",
  window: "3s",
  domain: "frame",
  depth: 3,
  minimumSize: 12,
};

/** A frame that may be analysed. Width and height in px of the design. */
export interface Target {
  id: string;
  name: string;
  width: number;
  height: number;
}

export type Kind = "text" | "button" | "component" | "image" | "layer";

/** Where a layer is seen, in parts of the frame's width and height, as the server takes it. */
export type Region =
  | { name: string; x: number; y: number; width: number; height: number }
  | { name: string; points: [number, number][] };

export interface Layer {
  id: string;
  kind: Kind;
  region: Region;
}

/** A frame as a picture with its layers. */
export interface Export {
  frame: Target;
  png: Uint8Array<ArrayBuffer>;
  /** What the frame's size suggests. */
  domain: DomainChoice;
  layers: Layer[];
  /** How many of the smallest layers were left out because there were too many. */
  leftOut: number;
}

export type Command = "analyse" | "compare" | "settings";

/** What the window may ask for: argument and answer. */
export interface Calls {
  start: { argument: null; answer: { settings: Settings; command: Command; targets: Target[] } };
  save: { argument: Settings; answer: null };
  export: { argument: { frame: string }; answer: Export };
  /** The frame as it would look with one layer hidden. Ids are those of the frame's own layers. */
  exportWithout: { argument: { frame: string; layer: string }; answer: Export };
  /** Ends what exportWithout is doing. */
  cancel: { argument: null; answer: null };
  showOverlay: { argument: { frame: string; png: Uint8Array }; answer: null };
  removeOverlay: { argument: { frame: string }; answer: null };
  selectLayer: { argument: { layer: string }; answer: null };
}

export type CallName = keyof Calls;

export interface Call<Name extends CallName = CallName> {
  number: number;
  name: Name;
  argument: Calls[Name]["argument"];
}

export type Reply =
  | { number: number; answer: unknown }
  /** What went wrong, in words for the user. */
  | { number: number; error: string };

export type Event =
  | { event: "selection"; targets: Target[] }
  /** These frames are no longer what was analysed. */
  | { event: "edited"; frames: string[] };
