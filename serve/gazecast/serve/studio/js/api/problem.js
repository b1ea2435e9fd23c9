/** What went wrong with a request, in the service's words where it has any (RFC 9457). */

export class Problem extends Error {
  /** @override */
  name = "Problem";

  /** @param {{title: string, type?: string, status?: number, detail?: string, remedy?: string}} told status 0: not an answer */
  constructor({ type = "about:blank", title, status = 0, detail = "", remedy = "" }) {
    super(`${title} ${detail}`.trim());
    this.type = type;
    this.title = title;
    this.status = status;
    this.detail = detail;
    this.remedy = remedy;
  }

  /** What to show below the title. */
  get words() {
    return [this.detail, this.remedy].filter(Boolean).join(" ");
  }
}

/** The service cannot be reached. */
export function unreachable() {
  return new Problem({
    title: "The service does not answer",
    detail: "The connection failed or was cut off.",
    remedy: "Check that gazecast serve is running, then try again.",
  });
}

/**
 * Whether something was not done because it was cancelled.
 * @param {unknown} error
 */
export function isAbort(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/**
 * From an answer's status and body.
 * @param {number} status
 * @param {string} body
 */
export function problemOf(status, body) {
  try {
    const told = JSON.parse(body);
    if (told.title) return new Problem({ ...told, status });
  } catch {
    // Not the service's own answer: something between here and it, such as a proxy.
  }
  return new Problem({
    title: `The service answered with an error (${status})`,
    detail: "The answer says no more than that.",
    remedy: "Try again; if it stays so, look into the service's log.",
  });
}
