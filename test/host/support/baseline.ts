import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { startLibvirt } from "./libvirt-daemon.js";
import { type Baseline, EVERY_MACHINE, type TestMachine, testMachines, whyImpossible } from "./machines.js";
import { makeMedia, SERIAL_LOG } from "./media.js";
import { scratch } from "./room.js";
import { until } from "./until.js";
import { domainState, tryVirsh, virsh } from "./virsh.js";

/** Machines that this computer could not bring up, with the reason; a test that needs one skips with it. */
export type Unavailable = ReadonlyMap<string, string>;

const UNAVAILABLE = (): string => scratch("unavailable.json");

/**
 * Brings up the private libvirtd and every machine in the state in which each test file may expect it. Cheap when a file
 * before has left everything so.
 */
export async function bringUpMachines(): Promise<{ machines: readonly TestMachine[]; unavailable: Unavailable }> {
  await startLibvirt();
  await makeMedia();
  await makeNetwork();
  const unavailable = new Map<string, string>(
    existsSync(UNAVAILABLE()) ? (JSON.parse(readFileSync(UNAVAILABLE(), "utf8")) as [string, string][]) : [],
  );
  for (const { name } of EVERY_MACHINE) {
    const why = whyImpossible(name);
    if (why !== undefined) unavailable.set(name, why);
  }
  for (const machine of testMachines()) {
    if (unavailable.has(machine.name)) continue;
    try {
      await bringTo(machine, machine.baseline);
    } catch (error) {
      if (!mayFail(machine)) throw error;
      unavailable.set(machine.name, String(error));
      await tryVirsh(machine.driver, "undefine", machine.name);
    }
  }
  writeFileSync(UNAVAILABLE(), JSON.stringify([...unavailable]));
  return { machines: testMachines().filter(({ name }) => !unavailable.has(name)), unavailable };
}

/** What depends on the computer: a KVM that does not work, a freezer that this version of control groups lacks. */
function mayFail({ name }: TestMachine): boolean {
  return name === "kvm-firmware" || name === "ct-paused";
}

/** Defines or creates the machine when it is missing and moves it to a state by the way an operator would take. */
export async function bringTo(machine: TestMachine, wanted: Baseline): Promise<void> {
  const { driver, name } = machine;
  const present = await state(machine);
  if (present === wanted) return await setAutostart(machine);
  if (present === undefined) {
    const file = scratch("xml", `${name}.xml`);
    mkdirSync(scratch("xml"), { recursive: true });
    writeFileSync(file, machine.xml);
    if (machine.transient) await virsh(driver, "create", file);
    else await virsh(driver, "define", file);
  } else if (present === "paused") await virsh(driver, "resume", name);
  else if (present === "saved" || (present === "shut off" && wanted !== "shut off")) await start(machine);
  else if (present === "running" && wanted === "paused") await virsh(driver, "suspend", name);
  else if (present === "running" && wanted === "saved") await virsh(driver, "managedsave", name);
  else await virsh(driver, "destroy", name);
  await bringTo(machine, wanted);
}

async function start(machine: TestMachine): Promise<void> {
  if (machine.name === "booted") rmSync(SERIAL_LOG, { force: true });
  await virsh(machine.driver, "start", machine.name);
  if (machine.name !== "booted") return;
  await until("the guest to reach its user land", () => {
    return existsSync(SERIAL_LOG) && readFileSync(SERIAL_LOG, "utf8").includes("virtgate-guest-ready");
  });
}

/** The machine's state in the words of the baseline; undefined when it does not exist. */
async function state({ driver, name }: TestMachine): Promise<Baseline | undefined> {
  const words = await domainState(driver, name);
  if (words === undefined) return undefined;
  if (words[0] === "shut off") return (await hasSavedImage(driver, name)) ? "saved" : "shut off";
  return words[0] === "paused" ? "paused" : "running";
}

async function hasSavedImage(driver: TestMachine["driver"], name: string): Promise<boolean> {
  if (driver !== "qemu") return false;
  return (await tryVirsh(driver, "dominfo", name)).stdout.includes("Managed save:   yes");
}

async function setAutostart({ driver, name, autostart, transient }: TestMachine): Promise<void> {
  if (!transient) await virsh(driver, "autostart", ...(autostart ? [] : ["--disable"]), name);
}

/** A libvirt network over the bridge of the room, for NICs whose bridge only libvirt knows. */
async function makeNetwork(): Promise<void> {
  if ((await tryVirsh("qemu", "net-info", "vgnet")).code === 0) return;
  const file = scratch("vgnet.xml");
  writeFileSync(file, "<network><name>vgnet</name><forward mode='bridge'/><bridge name='vgbr0'/></network>");
  await virsh("qemu", "net-define", file);
  await virsh("qemu", "net-start", "vgnet");
}
