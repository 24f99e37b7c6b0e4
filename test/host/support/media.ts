import { chmodSync, copyFileSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.js";
import { scratch, whyNoGuestImage } from "./room.js";

const IMAGES = "/var/lib/libvirt/images";

/** The path of an image of the tests. */
export function image(name: string): string {
  return join(IMAGES, name);
}

/** Where the booted guest's serial line is written. */
export const SERIAL_LOG = join(IMAGES, "booted-serial.log");

/** The folder that container `ct-box` has as its root. */
export const CONTAINER_ROOT = "/var/lib/libvirt/containers/ct-box";

/** What the guest under TCG boots. */
export const kernelFile = (): string => scratch("guest", "vmlinuz");
export const initrdFile = (): string => scratch("guest", "initrd");

/** Makes every disk image: thin and full, with a backing file, filled drives. Those that exist are kept. */
export async function makeMedia(): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  const qcow2 = (name: string, size: string, ...options: string[]) =>
    once(name, () => run("qemu-img", ["create", "-q", "-f", "qcow2", ...options, image(name), size]));
  await qcow2("firmware.qcow2", "64M");
  await qcow2("base.qcow2", "32M");
  await qcow2("layered.qcow2", "48M", "-b", image("base.qcow2"), "-F", "qcow2");
  await qcow2("off.qcow2", "5G");
  await qcow2("idle.qcow2", "4M");
  await once("thin.raw", () => run("qemu-img", ["create", "-q", "-f", "raw", image("thin.raw"), "96M"]));
  await once("saved.raw", () => run("qemu-img", ["create", "-q", "-f", "raw", image("saved.raw"), "8M"]));
  for (const [name, mebibytes] of [
    ["full.raw", 12],
    ["frozen.raw", 3],
    ["disc.iso", 2],
    ["floppy.img", 1],
  ] as const) {
    await once(name, () =>
      run("dd", ["if=/dev/urandom", `of=${image(name)}`, "bs=1M", `count=${mebibytes}`, "conv=fsync", "status=none"]),
    );
  }
  makeContainerRoot();
}

async function once(name: string, make: () => Promise<unknown>): Promise<void> {
  if (!existsSync(image(name))) await make();
}

function makeContainerRoot(): void {
  for (const folder of ["bin", "sbin", "dev", "proc", "sys", "run", "tmp", "etc", "data"]) {
    mkdirSync(join(CONTAINER_ROOT, folder), { recursive: true });
  }
  const busybox = join(CONTAINER_ROOT, "bin/busybox");
  if (existsSync(busybox) || !existsSync(scratch("guest", "busybox"))) return;
  copyFileSync(scratch("guest", "busybox"), busybox);
  chmodSync(busybox, 0o755);
  symlinkSync("busybox", join(CONTAINER_ROOT, "bin/sh"));
}

/** Whether a busybox for guests and containers exists; the kernel may still be missing. */
export function hasBusybox(): boolean {
  return whyNoGuestImage() === undefined || existsSync(scratch("guest", "busybox"));
}
