import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.js";
import { parseLibvirtUri, type UserDirectories } from "../../../src/driver/uri.js";

const paths = (uri: string, allowWrite = false, directories: UserDirectories = {}) =>
  parseLibvirtUri(uri, allowWrite, directories).sockets.map((socket) => {
    if (socket.via !== "unix") throw new Error(`${uri} is not on this computer`);
    return socket.readOnly ? `${socket.path} ro` : socket.path;
  });

function refusal(uri: string, directories: UserDirectories = {}): Fault {
  try {
    parseLibvirtUri(uri, false, directories);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error(`accepted ${uri}`);
}

describe("parseLibvirtUri()", () => {
  test("tries the driver's own daemon first, read-only sockets before others", () => {
    expect(paths("qemu:///system")).toEqual([
      "/run/libvirt/virtqemud-sock-ro ro",
      "/run/libvirt/libvirt-sock-ro ro",
      "/run/libvirt/virtqemud-sock ro",
      "/run/libvirt/libvirt-sock ro",
    ]);
    expect(paths("lxc:///system", true)).toEqual(["/run/libvirt/virtlxcd-sock", "/run/libvirt/libvirt-sock"]);
  });

  test("reaches a driver that lives in the library through any daemon", () => {
    expect(paths("openvz:///system", true)).toEqual(["/run/libvirt/libvirt-sock"]);
    expect(paths("test:///default", true)).toEqual(["/run/libvirt/libvirt-sock"]);
  });

  test("mode chooses between the kinds of daemon", () => {
    expect(paths("qemu:///system?mode=direct", true)).toEqual(["/run/libvirt/virtqemud-sock"]);
    expect(paths("qemu:///system?mode=legacy", true)).toEqual(["/run/libvirt/libvirt-sock"]);
    expect(refusal("qemu:///system?mode=x").code).toBe("invalid");
  });

  test("takes the socket that is named", () => {
    expect(paths("qemu+unix:///system?socket=/a%20b/sock")).toEqual(["/a b/sock ro"]);
    expect(paths("test+unix:///default?socket=/s", true)).toEqual(["/s"]);
  });

  test("finds a user's own daemon, which has no read-only socket", () => {
    expect(paths("qemu:///session", false, { runtime: "/run/user/7" })).toEqual([
      "/run/user/7/libvirt/virtqemud-sock ro",
      "/run/user/7/libvirt/libvirt-sock ro",
    ]);
    expect(paths("qemu:///session", true, { home: "/home/u" })[0]).toBe("/home/u/.cache/libvirt/virtqemud-sock");
    expect(paths("qemu:///session", true, { cache: "/c", home: "/home/u" })[0]).toBe("/c/libvirt/virtqemud-sock");
    expect(refusal("qemu:///session").message).toContain("socket=");
  });

  test("opens the URI without the transport and its parameters", () => {
    const names: [string, string][] = [
      ["qemu+unix:///system?socket=/x", "qemu:///system"],
      ["test+unix:///default?socket=/x", "test:///default"],
      ["test:///etc/node.xml", "test:///etc/node.xml"],
      ["QEMU:///system", "qemu:///system"],
      ["qemu:///system?foo=1&mode=auto", "qemu:///system?foo=1"],
      ["qemu+unix:///system?name=qemu:///other", "qemu:///other"],
      ["esx://root@vc.example/?no_verify=1", "esx://root@vc.example/?no_verify=1"],
    ];
    for (const [uri, name] of names) expect(parseLibvirtUri(uri, false).name, uri).toBe(name);
  });

  test("reads the server of a TLS URI, which a URI with a server and no transport is too", () => {
    const sockets = (uri: string, allowWrite = false) => parseLibvirtUri(uri, allowWrite).sockets;
    const tls = { via: "tls", host: "kvm1.example.net", port: 16_514, pkiPath: undefined, readOnly: true };
    expect(sockets("qemu+tls://kvm1.example.net/system")).toEqual([tls]);
    expect(sockets("qemu://kvm1.example.net/system", true)).toEqual([{ ...tls, readOnly: false }]);
    expect(sockets("qemu+TLS://me@kvm1.example.net:7000/system?pkipath=/pki")).toEqual([
      { ...tls, port: 7000, pkiPath: "/pki" },
    ]);
    expect(sockets("xen+tls://[2001:db8::1]:7000/system")).toEqual([{ ...tls, host: "2001:db8::1", port: 7000 }]);
    expect(parseLibvirtUri("qemu+tls://kvm1/system?no_verify=0&foo=1", false).name).toBe("qemu:///system?foo=1");
  });

  test("refuses TLS to nobody, to an impossible port, or without verification", () => {
    for (const uri of [
      "qemu+tls:///system",
      "qemu+tls://h:0/system",
      "qemu+tls://h:65536/system",
      "qemu+tls://[::1/system",
      "qemu+tls://h/system?no_verify=1",
    ]) {
      expect(refusal(uri).code, uri).toBe("invalid");
    }
  });

  test("reads the server, the key and the sockets of an SSH URI", () => {
    const sockets = (uri: string, allowWrite = false) => parseLibvirtUri(uri, allowWrite).sockets;
    const ssh = {
      ...{ via: "ssh", host: "kvm1", port: 22, user: undefined, keyFile: undefined, knownHosts: undefined },
      ...{ ways: undefined, path: "/run/libvirt/virtqemud-sock", readOnly: false },
    };
    expect(sockets("qemu+ssh://kvm1/system", true)).toEqual([ssh, { ...ssh, path: "/run/libvirt/libvirt-sock" }]);
    expect(sockets("qemu+ssh://kvm1/system").map((one) => "path" in one && [one.path, one.readOnly])).toEqual([
      ["/run/libvirt/virtqemud-sock-ro", true],
      ["/run/libvirt/libvirt-sock-ro", true],
      ["/run/libvirt/virtqemud-sock", true],
      ["/run/libvirt/libvirt-sock", true],
    ]);
    const uri =
      "lxc+SSH://op%20s@[2001:db8::1]:2222/system?socket=/s&keyfile=/k&known_hosts=/h&sshauth=privkey,agent&no_tty=1";
    expect(parseLibvirtUri(uri, true)).toMatchObject({
      name: "lxc:///system",
      sockets: [
        {
          ...{ via: "ssh", host: "2001:db8::1", port: 2222, user: "op s", path: "/s", keyFile: "/k" },
          ...{ knownHosts: "/h", ways: ["privkey", "agent"], readOnly: false },
        },
      ],
    });
  });

  test("refuses SSH to nobody, without verification, by relative files or with parameters that mean nothing", () => {
    for (const [uri, code] of [
      ["qemu+ssh:///system", "invalid"],
      ["qemu+ssh://h:0/system", "invalid"],
      ["qemu+ssh://@h/system", "invalid"],
      ["qemu+ssh://%ff@h/system", "invalid"],
      ["qemu+ssh://h/system?no_verify=1", "invalid"],
      ["qemu+ssh://h/system?keyfile=id", "invalid"],
      ["qemu+ssh://h/system?socket=%00/x", "invalid"],
      ["qemu+ssh://h/system?sshauth=magic", "invalid"],
      ["qemu+ssh://h/session", "invalid"],
      ["qemu+ssh://h/system?command=/bin/sh", "unsupported"],
      ["qemu+ssh://h/system?foo=1", "unsupported"],
    ] as const) {
      expect(refusal(uri).code, uri).toBe(code);
    }
    expect(parseLibvirtUri("qemu+ssh://h/session?socket=/run/user/7/libvirt/libvirt-sock", false).sockets).toHaveLength(
      1,
    );
  });

  test("says which transports are missing and what to do", () => {
    for (const uri of ["qemu+tcp://h/system", "qemu+ext://h/system", "xen+libssh2://h/"]) {
      const fault = refusal(uri);
      expect(fault.code, uri).toBe("unsupported");
      expect(fault.message).toContain("use unix");
    }
    expect(refusal("qemu:///embed?root=/x").code).toBe("unsupported");
    expect(refusal("uml:///system").code).toBe("unsupported");
  });

  test("refuses what is no such URI", () => {
    for (const uri of [
      "",
      "qemu",
      "qemu:/system",
      "://x/",
      "qemu+unix://host/system?socket=/x",
      "qemu:///system#x",
      "1:///",
    ]) {
      expect(refusal(uri).code, uri).toBe("invalid");
    }
  });

  test("refuses a password, and does not repeat it", () => {
    for (const uri of ["esx://root:s3cret@vc/", "qemu+ssh://u:s3cret@h/system"]) {
      expect(refusal(uri)).toMatchObject({ code: "invalid", message: expect.not.stringContaining("s3cret") });
    }
  });
});
