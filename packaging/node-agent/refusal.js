/** What the gateway is told instead of a result; `code` is one of its fault codes. */
export class Refusal extends Error {
  /** @param {"absent" | "exists" | "invalid" | "busy" | "unsupported" | "denied" | "driver-failed"} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * A member of a request. Whoever sends it is not trusted: it is what it must be, or the request is refused.
 * @param {unknown} request @param {string} name @param {RegExp} pattern
 */
export function text(request, name, pattern) {
  const value = member(request, name);
  if (typeof value !== "string" || !pattern.test(value)) throw new Refusal("invalid", `${name} is not what it must be`);
  return value;
}

/** @param {unknown} request @param {string} name @param {number} least @param {number} most */
export function whole(request, name, least, most) {
  const value = member(request, name);
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least || value > most) {
    throw new Refusal("invalid", `${name} is not a whole number from ${least} to ${most}`);
  }
  return value;
}

/** @param {unknown} request @param {string} name @returns {boolean} */
export function flag(request, name) {
  const value = member(request, name) ?? false;
  if (typeof value !== "boolean") throw new Refusal("invalid", `${name} is not true or false`);
  return value;
}

/** @param {unknown} request @param {string} name @param {number} most @returns {unknown[]} */
export function list(request, name, most) {
  const value = member(request, name);
  if (!Array.isArray(value) || value.length > most)
    throw new Refusal("invalid", `${name} is not a list of at most ${most}`);
  return value;
}

/** @param {unknown} request @param {string} name @returns {unknown} */
export function member(request, name) {
  if (typeof request !== "object" || request === null || !Object.hasOwn(request, name)) return undefined;
  return Reflect.get(request, name);
}
