/** Calls of the main thread, and what it tells. */

import type { Call, CallName, Calls, Event, Reply } from "../protocol";

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

const waiting = new Map<number, Waiting>();
let calls = 0;

/** Throws what the main thread says went wrong. */
export function call<Name extends CallName>(
  name: Name,
  argument: Calls[Name]["argument"],
): Promise<Calls[Name]["answer"]> {
  return new Promise((resolve, reject) => {
    const number = calls++;
    waiting.set(number, { resolve, reject });
    const pluginMessage: Call<Name> = { number, name, argument };
    parent.postMessage({ pluginMessage }, "*");
  });
}

export function listen(onEvent: (event: Event) => void): void {
  window.addEventListener("message", ({ data, source }: MessageEvent) => {
    if (source !== parent) return;
    const message = (data as { pluginMessage?: Event | Reply }).pluginMessage;
    if (!message) return;
    if ("event" in message) onEvent(message);
    else settle(message);
  });
}

function settle(reply: Reply): void {
  const caller = waiting.get(reply.number);
  waiting.delete(reply.number);
  if ("error" in reply) caller?.reject(new Error(reply.error));
  else caller?.resolve(reply.answer as never);
}
