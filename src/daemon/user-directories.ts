import type { UserDirectories } from "../driver/uri.js";

/** Where a user's own libvirt daemon listens, as the environment has it. */
export function userDirectories(env: Readonly<Record<string, string | undefined>>): UserDirectories {
  return { runtime: env["XDG_RUNTIME_DIR"], cache: env["XDG_CACHE_HOME"], home: env["HOME"] };
}
