/** The service's API. Everything rejects with a Problem, or an AbortError where it was cancelled. */

import { regionInput } from "../regions/geometry.js";
import { askForKey, key } from "./key.js";
import { problemOf, unreachable } from "./problem.js";

const JSON_TYPE = "application/json";

/** The numbers of a design, and of each window its density as it is sent: {"1s": {data, scale}, ...}. */
export async function predict(design, options = {}) {
  const body = predictionForm(design);
  body.append("every_window", "true");
  const answer = JSON.parse(await (await send("v1/predictions", { body, ...options })).text());
  const sent = {};
  for (const [window, { density }] of Object.entries(answer.windows)) {
    sent[window] = { ...density };
    delete density.data;
  }
  delete answer.density;
  return { answer, sent };
}

/** designs: two or more; goal: name of a region, or null. The first is what others are held against. */
export async function compare(designs, options = {}) {
  const sent = await send("v1/comparisons", { body: comparisonForm(designs, options), ...options });
  return JSON.parse(await sent.text());
}

/** The report as one HTML page: a Blob. */
export function report(design, { window = "3s", ...options } = {}) {
  return send("v1/predictions", { body: predictionForm(design, window), accept: "text/html", ...options });
}

export async function model() {
  return JSON.parse(await (await send("v1/model", { method: "GET" })).text());
}

function predictionForm(design, window = "3s") {
  const form = new FormData();
  form.append("image", design.blob, design.name);
  form.append("window", window);
  form.append("domain", design.domain);
  if (design.viewportHeight) form.append("viewport_height", design.viewportHeight);
  if (design.findRegions) form.append("automatic_regions", "true");
  if (design.regions.length) form.append("regions", JSON.stringify(design.regions.map(regionInput)));
  const name = (id) => design.regions.find((region) => region.id === id)?.name;
  const intended = design.intended.map(name).filter(Boolean);
  if (name(design.goal)) form.append("goal_region", name(design.goal));
  if (intended.length) form.append("intended_order", JSON.stringify(intended));
  return form;
}

function comparisonForm(designs, { goal = null, window = "3s" }) {
  const form = new FormData();
  const regions = {};
  for (const design of designs) {
    form.append("variants", design.blob, design.name);
    if (design.regions.length) regions[design.name] = design.regions.map(regionInput);
  }
  if (Object.keys(regions).length) form.append("regions", JSON.stringify(regions));
  if (goal) form.append("goal_region", goal);
  form.append("window", window);
  // Decided by the service from all of them, unless the same was chosen for each.
  const [domain, ...others] = new Set(designs.map((design) => design.domain));
  if (!others.length) form.append("domain", domain);
  return form;
}

/** Resolves to the answer's body as a Blob. */
async function send(path, options) {
  for (;;) {
    const { status, body } = await exchange(path, options);
    if (status >= 200 && status < 300) return body;
    const problem = problemOf(status, await body.text());
    if (status !== 401 || !(await askForKey(problem))) throw problem;
  }
}

// XMLHttpRequest, not fetch: only it tells how far an upload is.
function exchange(path, { method = "POST", body = null, accept = JSON_TYPE, signal, onProgress, onSent }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const cancelled = () => new DOMException("Cancelled", "AbortError");
    if (signal?.aborted) {
      reject(cancelled());
      return;
    }
    const abort = () => request.abort();
    signal?.addEventListener("abort", abort);
    request.open(method, path);
    request.responseType = "blob";
    request.setRequestHeader("Accept", accept);
    if (key.value) request.setRequestHeader("X-API-Key", key.value);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    request.upload.onload = () => onSent?.();
    request.onload = () => resolve({ status: request.status, body: request.response });
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(cancelled());
    request.onloadend = () => signal?.removeEventListener("abort", abort);
    request.send(body);
  });
}
