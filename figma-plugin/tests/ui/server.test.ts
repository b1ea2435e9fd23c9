import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Export } from "../../src/protocol";
import { addressOf, commonNames, compare, predict, ServerError } from "../../src/ui/server";

const CONNECTION = { server: "http://localhost:8000/", key: "gzc_k" };
const ASKED = { window: "3s", domain: "auto", goal: null } as const;

const exported = (...names: string[]): Export => ({
  frame: { id: "1:1", name: "Home", width: 100, height: 100 },
  png: new Uint8Array(1000),
  domain: "auto",
  layers: names.map((name, index) => ({
    id: `2:${index}`,
    kind: "text",
    region: { name, x: 0, y: 0, width: 1, height: 1 },
  })),
  leftOut: 0,
});

const busy = (after: string, status = 503) =>
  new Response(JSON.stringify({ detail: "Too much to do.", remedy: "Ask again." }), {
    status,
    headers: { "Retry-After": after },
  });

/** What is asked of the server, and what it answers next. */
let requests: [string, RequestInit][];
let respond: (url: string, request: RequestInit) => Promise<Response> | Response;

beforeEach(() => {
  vi.useFakeTimers();
  requests = [];
  vi.stubGlobal("fetch", async (url: string, request: RequestInit) => {
    requests.push([url, request]);
    return respond(url, request);
  });
});
afterEach(() => vi.useRealTimers());

function work() {
  const controller = new AbortController();
  const notes: string[] = [];
  const note = (text: string) => void notes.push(text);
  return { controller, notes, signal: controller.signal, note };
}

test("what is sent: the picture, names and places of layers, the key as a header", async () => {
  respond = () => new Response("{}");
  await predict(CONNECTION, exported("Title"), { ...ASKED, goal: "Title" }, work());
  const [url, { headers, body, credentials }] = requests[0]!;
  expect(url).toBe("http://localhost:8000/v1/predictions");
  expect(headers).toEqual({ "X-API-Key": "gzc_k" });
  expect(credentials).toBe("omit");
  const form = body as FormData;
  expect([...form.keys()].sort()).toEqual(
    ["domain", "goal_region", "image", "regions", "window"].sort(),
  );
  expect(form.get("regions")).toBe('[{"name":"Title","x":0,"y":0,"width":1,"height":1}]');
});

test("variants go by numbers; without common layers none are sent", async () => {
  respond = () => new Response("{}");
  await compare(CONNECTION, [exported("A", "B"), exported("B")], ASKED, work());
  await compare(CONNECTION, [exported("A"), exported("B")], ASKED, work());
  const [first, second] = requests.map(([, { body }]) => body as FormData);
  expect(first!.getAll("variants").map((file) => (file as File).name)).toEqual(["1", "2"]);
  expect(Object.keys(JSON.parse(first!.get("regions") as string) as object)).toEqual(["1", "2"]);
  expect(second!.get("regions")).toBe("[]");
  expect(commonNames([exported("A", "B"), exported("B", "C"), exported("C")])).toEqual(["B", "C"]);
});

test("a server that does not answer is given up after a minute, and told", async () => {
  respond = (_, { signal }) =>
    new Promise((_, reject) => {
      signal!.addEventListener("abort", () => reject(signal!.reason as Error));
    });
  const running = predict(CONNECTION, exported(), ASKED, work());
  const outcome = expect(running).rejects.toThrow("did not answer within 60 s");
  await vi.advanceTimersByTimeAsync(59_000);
  expect(requests).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2_000);
  await outcome;
});

test("a body that does not end counts as no answer", async () => {
  respond = (_, { signal }) => {
    const endless = new ReadableStream({
      start(stream) {
        signal!.addEventListener("abort", () => stream.error(signal!.reason));
      },
    });
    return new Response(endless);
  };
  const outcome = expect(predict(CONNECTION, exported(), ASKED, work())).rejects.toThrow("60 s");
  await vi.advanceTimersByTimeAsync(61_000);
  await outcome;
});

test("a busy server is asked again when it says, three times", async () => {
  respond = () => busy("5");
  const { notes, ...rest } = work();
  const outcome = expect(predict(CONNECTION, exported(), ASKED, rest)).rejects.toThrow(
    "Too much to do. Ask again.",
  );
  await vi.advanceTimersByTimeAsync(4_900);
  expect(requests).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(20_000);
  await outcome;
  expect(requests).toHaveLength(4);
  expect(notes[0]).toBe("The server is busy; asking again in 5 s");
  expect(notes[4]).toBe("The server is busy; asking again in 1 s");
});

test("a wait of more than a minute is told instead", async () => {
  respond = () => busy("600", 429);
  await expect(predict(CONNECTION, exported(), ASKED, work())).rejects.toThrow("Too much to do");
  expect(requests).toHaveLength(1);
});

test("cancelling ends a wait and a request at once, without an error of the server", async () => {
  respond = () => busy("30");
  const { controller, ...rest } = work();
  const running = predict(CONNECTION, exported(), ASKED, rest);
  const outcome = expect(running).rejects.not.toBeInstanceOf(ServerError);
  await vi.advanceTimersByTimeAsync(3_000);
  controller.abort();
  await outcome;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(requests).toHaveLength(1);
});

test("a proxy's refusal without words is told", async () => {
  respond = () => new Response("<html>413</html>", { status: 413 });
  await expect(predict(CONNECTION, exported(), ASKED, work())).rejects.toThrow("proxy's limit");
  respond = () => new Response("<html>404</html>", { status: 404 });
  await expect(predict(CONNECTION, exported(), ASKED, work())).rejects.toThrow(
    "status 404) is not one of a gazecast server",
  );
});

test("addresses", () => {
  expect(addressOf(" http://localhost:8000/ ")).toBe("http://localhost:8000");
  expect(addressOf("https://a.example/gaze//")).toBe("https://a.example/gaze");
  expect(addressOf("https://a.example/?q=1#x")).toBe("https://a.example");
  for (const wrong of ["", "gaze", "localhost:8000", "file:///etc"]) {
    expect(() => addressOf(wrong)).toThrow(ServerError);
  }
});
