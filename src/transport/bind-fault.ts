import type { DatagramPeer } from "../base/channel.js";
import { Fault } from "../base/fault.js";

/** What a socket that cannot be bound means for who configured it. */
export function bindFault(
  protocol: "UDP" | "TCP",
  { address, port }: DatagramPeer,
  error: NodeJS.ErrnoException,
): Fault {
  const path = `${protocol.toLowerCase()}/${address}:${port}`;
  const options = { path, cause: error };
  switch (error.code) {
    case "EADDRINUSE":
      return new Fault("busy", `${protocol} port ${port} of ${address} is in use by another program`, options);
    case "EACCES":
      return new Fault(
        "denied",
        `${protocol} port ${port} needs privileges this user lacks; choose one above 1023`,
        options,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new Fault("invalid", `this computer has no address ${address}`, options);
    default:
      return new Fault(
        "unreachable",
        `cannot listen on ${protocol} ${address} port ${port}: ${error.message}`,
        options,
      );
  }
}
