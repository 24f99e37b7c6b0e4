import { access, constants, readFile, stat } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findMibFolder } from "../mib-folder.js";
import { type Check, type Examination, failed, note, type Outcome, ok, warning } from "./finding.js";

const LEAST_FILES = 1024;
const LEAST_MEMORY_MIB = 256;

/** What the computer must have for a gateway. */
export const computerChecks: readonly Check[] = [
  { name: "node", run: async () => checkNode(process.versions.node) },
  { name: "clock", run: checkClock },
  { name: "open-files", run: checkOpenFiles },
  { name: "memory", run: checkMemory },
  { name: "load", run: async () => checkLoad(loadavg()[1] ?? 0, availableParallelism()) },
  { name: "kvm", run: checkKvm },
  { name: "mib-files", run: checkMibs },
  { name: "snmp-tools", run: ({ env }) => checkTool(env, "snmpbulkwalk", "snmp") },
  { name: "curl", run: ({ env }) => checkTool(env, "curl", "curl") },
];

/** @param version as `process.versions.node` has it */
export function checkNode(version: string): Outcome {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const remedy = "install Node 24, or Debian 13's own nodejs package";
  if (major < 20 || (major === 20 && minor < 19)) return failed(`Node ${version} is too old, 20.19 is needed`, remedy);
  if (major === 20)
    return note(`Node ${version} works, but its line ended in April 2026; only distributions still mend it`, remedy);
  return major % 2 === 1 && major < 27
    ? note(`Node ${version} is of a short-lived line`, remedy)
    : ok(`Node ${version}`);
}

/** The program cannot be younger than now. */
async function checkClock(): Promise<Outcome> {
  const { mtimeMs } = await stat(fileURLToPath(import.meta.url));
  const now = Date.now();
  if (now < mtimeMs - 60_000)
    return failed(
      `it is ${new Date(now).toISOString()} here, before this program was made`,
      "set the clock and keep it right: timedatectl set-ntp true",
    );
  return ok(new Date(now).toISOString());
}

async function checkOpenFiles({ gateway }: Examination): Promise<Outcome> {
  const pid = typeof gateway === "string" ? "self" : String(gateway.status.pid);
  const limits = await readFile(`/proc/${pid}/limits`, "utf8");
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  const limit = soft === undefined || soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
  if (limit < LEAST_FILES)
    return warning(
      `at most ${limit} files may be open`,
      `raise it before starting: ulimit -n ${LEAST_FILES * 4} (LimitNOFILE= in a systemd unit)`,
    );
  return ok(`${soft ?? "any number of"} files may be open`);
}

async function checkMemory(): Promise<Outcome> {
  const text = await readFile("/proc/meminfo", "utf8");
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1] ?? Number.NaN) / 1024;
  if (Number.isNaN(available)) return note("the kernel does not tell how much memory is available");
  if (available < LEAST_MEMORY_MIB)
    return warning(
      `${Math.floor(available)} MiB of memory are available`,
      `free some: the gateway alone wants ${LEAST_MEMORY_MIB} MiB; ps aux --sort=-rss | head names the largest users`,
    );
  return ok(`${Math.floor(available)} MiB available`);
}

/** @param load average of 5 minutes */
export function checkLoad(load: number, cpus: number): Outcome {
  const text = `load ${load.toFixed(1)} on ${cpus} CPUs`;
  return load > cpus * 4 ? warning(text, "answers will be late; find the cause: top") : ok(text);
}

async function checkKvm(): Promise<Outcome> {
  const exists = await stat("/dev/kvm").then(
    () => true,
    () => false,
  );
  if (!exists)
    return note(
      "there is no /dev/kvm: machines of this computer run without hardware support",
      "enable virtualization in the firmware, then: modprobe kvm_intel || modprobe kvm_amd",
    );
  const usable = await access("/dev/kvm", constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  return usable ? ok("/dev/kvm is there") : ok("/dev/kvm is there (this user may not open it, and need not)");
}

async function checkMibs(): Promise<Outcome> {
  const folder = findMibFolder();
  if (folder === undefined)
    return failed("the MIB files are missing", "install virtgate again: its package has them in mibs/");
  const text = await readFile(join(folder, "VM-MIB.txt"), "utf8").catch(() => "");
  if (!text.includes("VM-MIB DEFINITIONS"))
    return failed(`${folder} has no VM-MIB`, "install virtgate again: its package has the file in mibs/");
  return ok(folder);
}

async function checkTool(env: Examination["env"], tool: string, debianPackage: string): Promise<Outcome> {
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder || ".", tool);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return ok(path);
  }
  return note(
    `${tool} is not installed; the gateway does not need it, its first screen suggests it`,
    `apt-get install ${debianPackage}`,
  );
}
