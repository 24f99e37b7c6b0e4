import { expect, test } from "vitest";
import { findLocalHosts, type LibvirtProbe } from "../../../src/daemon/default-hosts.js";

/** A computer with these sockets, whose daemons offer these drivers; `slow` ones do not answer in time. */
function computer(sockets: readonly string[], drivers: readonly string[], slow: readonly string[] = []) {
  const asked: string[] = [];
  const probe: LibvirtProbe = {
    canOpen: async (path) => sockets.includes(path),
    async offers({ name, sockets: usable }) {
      asked.push(
        `${name} at ${usable.map((socket) => (socket.via === "unix" ? socket.path : socket.host)).join(", ")}`,
      );
      if (slow.includes(name)) return undefined;
      return drivers.includes(name);
    },
  };
  return { probe, asked };
}

const RUNTIME = "/run/user/1000";

async function found(probe: LibvirtProbe, runtime: string | undefined = RUNTIME) {
  return (await findLocalHosts(probe, { runtime })).map(({ name, uri, allowWrite }) => `${name} ${uri} ${allowWrite}`);
}

test("findLocalHosts() takes the drivers that the monolithic daemon offers, read-only", async () => {
  const { probe, asked } = computer(
    ["/run/libvirt/libvirt-sock-ro", "/run/libvirt/libvirt-sock"],
    ["qemu:///system", "lxc:///system"],
  );
  expect(await found(probe)).toEqual(["qemu qemu:///system false", "lxc lxc:///system false"]);
  expect(asked).toContain("qemu:///system at /run/libvirt/libvirt-sock-ro, /run/libvirt/libvirt-sock");
});

test("findLocalHosts() takes the modular daemons whose sockets this user can open", async () => {
  const { probe, asked } = computer(["/run/libvirt/virtlxcd-sock-ro"], ["qemu:///system", "lxc:///system"]);
  expect(await found(probe)).toEqual(["lxc lxc:///system false"]);
  expect(asked).toEqual(["lxc:///system at /run/libvirt/virtlxcd-sock-ro"]);
});

test("findLocalHosts() takes the user's own daemon when there is no system one", async () => {
  const session = `${RUNTIME}/libvirt/libvirt-sock`;
  const { probe } = computer([session], ["qemu:///session"]);
  expect(await found(probe)).toEqual(["qemu qemu:///session false"]);
  const both = computer([session, "/run/libvirt/libvirt-sock"], ["qemu:///session", "qemu:///system"]);
  expect(await found(both.probe)).toEqual(["qemu qemu:///system false"]);
});

test("findLocalHosts() keeps a daemon that is slow to answer", async () => {
  const { probe } = computer(["/run/libvirt/libvirt-sock"], [], ["qemu:///system"]);
  expect(await found(probe)).toEqual(["qemu qemu:///system false"]);
});

test("findLocalHosts() finds nothing without sockets, nor without a place for the user's own", async () => {
  const { probe, asked } = computer([], ["qemu:///system"]);
  expect(await found(probe)).toEqual([]);
  expect((await findLocalHosts(probe, {})).length).toBe(0);
  expect(asked).toEqual([]);
});
