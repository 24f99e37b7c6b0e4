import type { Complaint } from "./option.js";

/** Checks that a libvirt URI names a driver and a way to it that the gateway has. */
export function checkHostUri(uri: string): Complaint | undefined {
  const match = /^([a-z]+)(?:\+([a-z0-9]+))?:\/\/([^/]*)\//.exec(uri);
  const advice = `write a URI such as "qemu:///system", "lxc:///system" or "qemu+unix:///system?socket=/path"`;
  if (!match) return { problem: `${JSON.stringify(uri)} is not a libvirt URI`, advice };
  if (match[2] !== undefined && match[2] !== "unix")
    return { problem: `the transport ${match[2]} is not supported`, advice };
  return undefined;
}
