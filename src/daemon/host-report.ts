import type { HostExamination } from "../driver/examine-host.js";
import { paint, printable, type Terminal } from "./terminal.js";

const transports = { unix: "a socket of this computer", tls: "TLS with certificates", ssh: "SSH" } as const;
const authentications = {
  none: "the daemon asks for nothing more",
  polkit: "polkit",
  sasl: "SASL, SCRAM-SHA-256",
} as const;

/** What was found on a host, for people. */
export function hostReport(terminal: Pick<Terminal, "colour">, uri: string, found: HostExamination): string {
  const version = found.hypervisorVersion === undefined ? "" : ` ${found.hypervisorVersion}`;
  const able = found.reads.filter(({ readable }) => readable);
  const rows: readonly (readonly [string, string])[] = [
    ["host", uri],
    ["reached", `${found.address}, ${transports[found.transport]}`],
    ["login", authentications[found.authentication]],
    ["driver", `${found.driver}${version}, libvirt ${found.libvirtVersion}`],
    ["computer", found.hostname ?? "does not tell its name"],
    ["access", found.readOnly ? "read-only" : "read and write"],
    ["readable", able.map(({ what, count }) => (count === undefined ? what : `${count} ${what}`)).join(", ")],
    ...found.reads
      .filter(({ readable }) => !readable)
      .map(({ what, reason }) => ["not readable", `${what}: ${reason}`] as const),
  ];
  return rows.map(([title, text]) => `${paint(terminal, "bold", title.padEnd(13))} ${printable(text)}\n`).join("");
}
