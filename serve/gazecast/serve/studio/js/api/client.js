/** The service's API. Everything rejects with a Problem, or an AbortError where it was cancelled. */

import { regionInput } from "../regions/geometry.js";
import { ofWindows } from "../state/store.js";
import { askForKey, key } from "./key.js";
import { problemOf, unreachable } from "./problem.js";

/**
 * @import { Comparison, DensityPicture, Report, Region, Polygon, ServedModel, WindowDensity } from "answers"
 * @import { Answer, Design, Window } from "../state/store.js"
 */

/** @typedef {Record<Window, DensityPicture>} Sent the density of each window as it is sent */

/**
 * @typedef {object} Progress
 * @property {AbortSignal} [signal] cancels the request
 * @property {(progress: number) => void} [onProgress] of the upload, 0 to 1
 * @property {() => void} [onSent]
 */

const JSON_TYPE = "application/json";

/**
 * The numbers of a design, and the density of each window as it is sent.
 * @param {Design} design
 * @param {Progress} options
 * @returns {Promise<{answer: Answer, sent: Sent}>}
 */
export async function predict(design, options = {}) {
  const body = predictionForm(design);
  body.append("every_window", "true");
  /** @type {Report & {windows: Record<Window, WindowDensity>}} */
  const { density, windows, ...numbers } = JSON.parse(await (await send("v1/predictions", { body, ...options })).text());
  return {
    answer: { ...numbers, windows: ofWindows((window) => ({ hotspots: windows[window].hotspots })) },
    sent: ofWindows((window) => windows[window].density),
  };
}

/**
 * The first design is what others are held against.
 * @param {Design[]} designs two or more
 * @param {{goal?: string | null, window?: Window} & Progress} options goal: name of a region
 * @returns {Promise<Comparison>}
 */
export async function compare(designs, options = {}) {
  const sent = await send("v1/comparisons", { body: comparisonForm(designs, options), ...options });
  return JSON.parse(await sent.text());
}

/**
 * The report as one HTML page.
 * @param {Design} design
 * @param {{window?: Window} & Progress} options
 */
export function report(design, { window = "3s", ...options } = {}) {
  return send("v1/predictions", { body: predictionForm(design, window), accept: "text/html", ...options });
}

/** @returns {Promise<ServedModel>} */
export async function model() {
  return JSON.parse(await (await send("v1/model", { method: "GET" })).text());
}

/**
 * @param {Design} design
 * @param {Window} window
 */
function predictionForm(design, window = "3s") {
  const form = new FormData();
  form.append("image", design.blob, design.name);
  form.append("window", window);
  form.append("domain", design.domain);
  if (design.viewportHeight) form.append("viewport_height", String(design.viewportHeight));
  if (design.findRegions) form.append("automatic_regions", "true");
  if (design.regions.length) form.append("regions", JSON.stringify(design.regions.map(regionInput)));
  /** @param {string | null} id */
  const name = (id) => design.regions.find((region) => region.id === id)?.name;
  const goal = name(design.goal);
  const intended = design.intended.map(name).filter(Boolean);
  if (goal) form.append("goal_region", goal);
  if (intended.length) form.append("intended_order", JSON.stringify(intended));
  return form;
}

/**
 * @param {Design[]} designs
 * @param {{goal?: string | null, window?: Window}} options
 */
function comparisonForm(designs, { goal = null, window = "3s" }) {
  const form = new FormData();
  /** @type {Record<string, (Region | Polygon)[]>} */
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

/**
 * @typedef {object} Request
 * @property {string} [method]
 * @property {FormData | null} [body]
 * @property {string} [accept]
 */

/**
 * Resolves to the answer's body.
 * @param {string} path
 * @param {Request & Progress} options
 */
async function send(path, options) {
  for (;;) {
    const { status, body } = await exchange(path, options);
    if (status >= 200 && status < 300) return body;
    const problem = problemOf(status, await body.text());
    if (status !== 401 || !(await askForKey(problem))) throw problem;
  }
}

/**
 * With XMLHttpRequest, not fetch: only it tells how far an upload is.
 * @param {string} path
 * @param {Request & Progress} options
 * @returns {Promise<{status: number, body: Blob}>}
 */
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
