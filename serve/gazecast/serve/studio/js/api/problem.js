/** What went wrong with a request, in the service's words where it has any (RFC 9457). */

export class Problem extends Error {
  constructor({ type = "about:blank", title, status = 0, detail = "", remedy = "" }) {
    super(`${title} ${detail}`.trim());
    Object.assign(this, { name: "Problem", type, title, status, detail, remedy });
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

/** From an answer's status and body (text). */
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
