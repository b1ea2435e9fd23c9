/** Requests to the gazecast server, and what is told when they fail. */

import type { Comparison, Report, Problem, ServedModel } from "answers";
import type { Export, Region, Window } from "../protocol";

/** For an answer; a large frame on a slow connection takes its time. */
const TIMEOUT_SECONDS = 60;

/** How often a server that is busy is asked again, and the longest that it may ask to wait. */
const RETRIES = 3;
const LONGEST_WAIT_SECONDS = 60;

/** message: what went wrong and what to do about it. everywhere: whether other frames would fail
 * for the same reason. */
export class ServerError extends Error {
  constructor(
    message: string,
    readonly everywhere = false,
  ) {
    super(message);
  }
}

export interface Connection {
  server: string;
  key: string;
}

export interface Work {
  /** Ends the work; then `signal.reason` is thrown. */
  signal: AbortSignal;
  /** Takes what is being done, in words. */
  note: (what: string) => void;
}

export interface Asked {
  window: Window;
  /** "auto", or the name of a domain that the model knows. */
  domain: string;
  /** Name of the region that should be seen. */
  goal: string | null;
}

export async function predict(
  connection: Connection,
  { png, layers }: Export,
  { window, domain, goal }: Asked,
  work: Work,
): Promise<Report> {
  const form = formOf({ window, domain, regions: layers.map(({ region }) => region) }, goal);
  form.append("image", blobOf(png), "frame.png");
  return (await post(connection, "/v1/predictions", form, png.length, work)) as Report;
}

/** The variants go by "1", "2" and so on: what frames are called does not matter to the server. */
export async function compare(
  connection: Connection,
  frames: readonly Export[],
  { window, domain, goal }: Asked,
  work: Work,
): Promise<Comparison> {
  const regions: Record<string, Region[]> = {};
  frames.forEach(({ layers }, index) => {
    regions[String(index + 1)] = layers.map(({ region }) => region);
  });
  // Where no layers belong together, the server looks for text, pictures and buttons itself.
  const form = formOf({ window, domain, regions: haveCommonNames(frames) ? regions : [] }, goal);
  frames.forEach(({ png }, index) => form.append("variants", blobOf(png), String(index + 1)));
  const bytes = frames.reduce((sum, { png }) => sum + png.length, 0);
  return (await post(connection, "/v1/comparisons", form, bytes, work)) as Comparison;
}

/** Names of layers that at least two of the frames have. */
export function commonNames(frames: readonly Export[]): string[] {
  const names = frames.flatMap(({ layers }) => layers.map(({ region }) => region.name));
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function haveCommonNames(frames: readonly Export[]): boolean {
  return commonNames(frames).length > 0;
}

/** Asks which model the server has. Throws ServerError with what to do. */
export async function testConnection(connection: Connection): Promise<ServedModel> {
  const signal = new AbortController().signal;
  const answer = await send(connection, "/v1/model", {}, { signal, note: () => undefined }, () =>
    explain(connection),
  );
  return answer as ServedModel;
}

function formOf(fields: Record<string, unknown>, goal: string | null): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    form.append(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  if (goal !== null) form.append("goal_region", goal);
  return form;
}

function blobOf(png: Uint8Array<ArrayBuffer>): Blob {
  return new Blob([png], { type: "image/png" });
}

function post(
  connection: Connection,
  path: string,
  body: FormData,
  bytes: number,
  work: Work,
): Promise<unknown> {
  return send(connection, path, { method: "POST", body }, work, async () => {
    // Browsers tell of all failures alike. What a small request meets tells them apart.
    try {
      await testConnection(connection);
    } catch (error) {
      return error as ServerError;
    }
    return new ServerError(
      `The connection broke while ${megabytes(bytes)} were sent. The server, or a proxy before it, ` +
        "may not take that much: raise its limit (GAZECAST_MAX_BODY_BYTES), or select a smaller frame.",
    );
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

async function send(
  connection: Connection,
  path: string,
  request: RequestInit,
  work: Work,
  onFailure: () => Promise<ServerError>,
): Promise<unknown> {
  const url = addressOf(connection.server) + path;
  const headers: HeadersInit = connection.key ? { "X-API-Key": connection.key } : {};
  for (let attempt = 0; ; attempt++) {
    const answer = await fetchInTime(url, { ...request, headers }, work.signal, onFailure);
    if (answer.ok) return answer.body;
    const busy = answer.status === 429 || answer.status === 503;
    if (!busy || attempt === RETRIES || answer.retryAfter > LONGEST_WAIT_SECONDS) {
      throw refusal(answer);
    }
    for (let left = answer.retryAfter; left > 0; left--) {
      work.note(`The server is busy; asking again in ${left} s`);
      await pause(1000, work.signal);
    }
  }
}

interface Answer {
  ok: boolean;
  status: number;
  retryAfter: number;
  body: unknown;
}

async function fetchInTime(
  url: string,
  request: RequestInit,
  signal: AbortSignal,
  onFailure: () => Promise<ServerError>,
): Promise<Answer> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), TIMEOUT_SECONDS * 1000);
  try {
    const answer = await fetch(url, {
      ...request,
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.any([signal, timeout.signal]),
    });
    const after = Number(answer.headers.get("Retry-After") ?? "");
    return {
      ok: answer.ok,
      status: answer.status,
      retryAfter: Number.isInteger(after) && after > 0 ? after : 1,
      body: await answer.json().catch((error: unknown) => {
        if (answer.ok) throw error;
        return null;
      }),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.signal.aborted) {
      throw new ServerError(
        `The server did not answer within ${TIMEOUT_SECONDS} s. Try again when it has less to do, ` +
          "or select a smaller frame.",
        true,
      );
    }
    if (error instanceof SyntaxError) throw notGazecast(url);
    throw await onFailure();
  } finally {
    clearTimeout(timer);
  }
}

function refusal({ status, body }: Answer): ServerError {
  if (status === 401) {
    return new ServerError(
      "The server does not take this key. Ask whoever runs it for one (gazecast keys add NAME) and " +
        "put it into the settings.",
      true,
    );
  }
  const problem = body as Partial<Problem> | null;
  if (typeof problem?.detail === "string" && typeof problem.remedy === "string") {
    const everywhere = status === 403 || status === 421 || status === 429 || status === 503;
    return new ServerError(`${problem.detail} ${problem.remedy}`, everywhere);
  }
  if (status === 413) {
    return new ServerError(
      "The frame's picture is larger than a proxy before the server lets through. Raise the proxy's " +
        "limit, or select a smaller frame.",
    );
  }
  return new ServerError(
    `The answer (status ${status}) is not one of a gazecast server. Check the address in the settings.`,
    true,
  );
}

function notGazecast(url: string): ServerError {
  return new ServerError(
    `What answers at ${new URL(url).origin} is not a gazecast server. Check the address in the settings.`,
    true,
  );
}

/** The server's address without a slash at the end. Throws ServerError where it is none. */
export function addressOf(text: string): string {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw new ServerError(`“${text}” is no address. Write it like http://localhost:8000.`, true);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new ServerError("The address must begin with http:// or https://.", true);
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/** Why nothing could be read from the server. */
async function explain({ server }: Connection): Promise<ServerError> {
  const address = addressOf(server);
  const url = new URL(address);
  if (await answersAnyone(address)) {
    return new ServerError(
      `There is a server at ${url.origin}, but it lets no plugins in. Start it with ` +
        "GAZECAST_CORS_ORIGINS=null, which makes it ask for a key, and put the key into the settings.",
      true,
    );
  }
  if (url.protocol === "http:" && !isOwnComputer(url.hostname)) {
    return new ServerError(
      `${url.origin} cannot be reached. Figma's window loads https:// addresses, and http:// ones of ` +
        "this computer alone (mixed content). Put a proxy with TLS before the server, and write " +
        "https:// here.",
      true,
    );
  }
  return new ServerError(
    `Nothing answers at ${url.origin}. Start the server there (gazecast serve) or correct the address. ` +
      "If the browser asks whether Figma may reach devices on your network, allow it.",
    true,
  );
}

/** Whether there is something at all: its answer may not be read, but that it came can be seen. */
async function answersAnyone(address: string): Promise<boolean> {
  try {
    await fetch(`${address}/healthz`, { mode: "no-cors", cache: "no-store", credentials: "omit" });
    return true;
  } catch {
    return false;
  }
}

function isOwnComputer(host: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(done, milliseconds);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    function done() {
      signal.removeEventListener("abort", stop);
      resolve();
    }
    signal.addEventListener("abort", stop, { once: true });
  });
}
