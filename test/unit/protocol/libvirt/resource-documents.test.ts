import { describe, expect, test } from "vitest";
import { DecodeError } from "../../../../src/base/fault.js";
import { changeNetwork, readNetwork } from "../../../../src/protocol/libvirt/document/network.js";
import { readNetworkDevice } from "../../../../src/protocol/libvirt/document/node-device.js";
import { changeSnapshot, readSnapshot } from "../../../../src/protocol/libvirt/document/snapshot.js";
import { changePool, readPool } from "../../../../src/protocol/libvirt/document/storage-pool.js";
import { changeVolume, readVolume } from "../../../../src/protocol/libvirt/document/storage-volume.js";

const uuid = "5c9e0a4f-2f0b-4a54-9a55-2a0a5e2d0a11";

describe("documents of what is beside machines", () => {
  test("readPool() reads type, name, UUID and path", () => {
    const text = `<pool type='dir'><name>p &amp; q</name><uuid>${uuid.toUpperCase()}</uuid>
      <target><path>/srv/p</path></target></pool>`;
    expect(readPool(text)).toMatchObject({ type: "dir", name: "p & q", uuid, path: "/srv/p" });
    expect(readPool("<pool type='rbd'><name>c</name></pool>")).toMatchObject({ uuid: undefined, path: undefined });
  });

  test("readVolume() reads format and what it is backed by", () => {
    const text = `<volume type='file'><name>a.qcow2</name><key>/p/a.qcow2</key><capacity unit='bytes'>9</capacity>
      <target><path>/p/a.qcow2</path><format type='qcow2'/></target>
      <backingStore><path>/p/base.raw</path><format type='raw'/></backingStore></volume>`;
    expect(readVolume(text)).toMatchObject({
      ...{ type: "file", name: "a.qcow2", key: "/p/a.qcow2", path: "/p/a.qcow2", format: "qcow2" },
      ...{ backingPath: "/p/base.raw", backingFormat: "raw" },
    });
  });

  test("readNetwork() reads addresses with their ranges, and how it goes out", () => {
    const text = `<network><name>n</name><uuid>${uuid}</uuid><forward mode='route'/><bridge name='virbr7'/>
      <domain name='lab.example'/>
      <ip address='192.0.2.1' netmask='255.255.255.0'><dhcp><range start='192.0.2.2' end='192.0.2.9'/>
        <range start='192.0.2.20' end='192.0.2.30'/></dhcp></ip>
      <ip family='ipv6' address='2001:db8::1' prefix='64'/></network>`;
    expect(readNetwork(text)).toMatchObject({
      ...{ name: "n", uuid, bridge: "virbr7", forwardMode: "route", domain: "lab.example" },
      ips: [
        {
          ...{ family: "ipv4", address: "192.0.2.1", netmask: "255.255.255.0", prefix: undefined },
          dhcpRanges: [
            { start: "192.0.2.2", end: "192.0.2.9" },
            { start: "192.0.2.20", end: "192.0.2.30" },
          ],
        },
        { family: "ipv6", address: "2001:db8::1", netmask: undefined, prefix: 64, dhcpRanges: [] },
      ],
    });
    expect(readNetwork("<network><name>n</name><forward/></network>").forwardMode).toBe("nat");
    expect(readNetwork("<network><name>n</name></network>").forwardMode).toBeUndefined();
  });

  test("readSnapshot() reads what was made when, after which", () => {
    const text = `<domainsnapshot><name>s2</name><description>before</description><state>shutoff</state>
      <parent><name>s1</name></parent><creationTime>1700000000</creationTime><domain><name>other</name></domain>
      </domainsnapshot>`;
    expect(readSnapshot(text)).toMatchObject({
      ...{ name: "s2", description: "before", state: "shutoff", parent: "s1", createdS: 1_700_000_000 },
    });
  });

  test("readNetworkDevice() reads a device that carries packets, and no other", () => {
    const text = `<device><name>net_eth0</name><capability type='net'><interface>eth0</interface>
      <address>52:54:00:AA:00:01</address><link speed='1000' state='up'/><capability type='80203'/></capability></device>`;
    expect(readNetworkDevice(text)).toEqual({
      ...{ name: "eth0", mac: "52:54:00:aa:00:01", linkState: "up", speedMbitPerS: 1000 },
    });
    expect(readNetworkDevice("<device><capability type='pci'/></device>")).toBeUndefined();
  });

  test.each([
    ["readPool()", readPool],
    ["readVolume()", readVolume],
    ["readNetwork()", readNetwork],
    ["readSnapshot()", readSnapshot],
    ["readNetworkDevice()", readNetworkDevice],
  ])("%s refuses anything else", (_name, read) => {
    for (const text of ["<domain/>", "<pool xmlns='urn:x' type='dir'><name>p</name></pool>", "text", ""]) {
      expect(() => read(text), text).toThrow(DecodeError);
    }
  });

  test.each([
    [
      "changePool()",
      (text: string) => changePool(text, { uuid, path: "/srv/other" }),
      "<pool type='dir' xmlns:x='urn:x'>\n  <!-- ours -->\n  <name>p</name>\n  <x:note a='1'/>\n  <target><path>/srv/p</path></target>\n</pool>",
      ["<!-- ours -->", "<x:note a='1'/>", `<uuid>${uuid}</uuid>`, "<path>/srv/other</path>"],
    ],
    [
      "changeVolume()",
      (text: string) => changeVolume(text, { format: "qcow2", backingPath: "/p/base", backingFormat: "raw" }),
      "<volume>\n  <name>v</name>\n  <capacity unit='GiB'>1</capacity>\n  <target><permissions><mode>0600</mode></permissions></target>\n</volume>",
      ["<capacity unit='GiB'>1</capacity>", "<mode>0600</mode>", "qcow2", "<path>/p/base</path>"],
    ],
    [
      "changeNetwork()",
      (text: string) => changeNetwork(text, { uuid, bridge: "br9" }),
      "<network>\n  <name>n</name>\n  <dns enable='no'/>\n  <bridge name='br1' stp='off'/>\n</network>",
      ["<dns enable='no'/>", "br9", "stp='off'", `<uuid>${uuid}</uuid>`],
    ],
    [
      "changeSnapshot()",
      (text: string) => changeSnapshot(text, { description: "a < b" }),
      "<domainsnapshot>\n  <name>s</name>\n  <memory snapshot='no'/>\n</domainsnapshot>",
      ["<memory snapshot='no'/>", "<description>a &lt; b</description>"],
    ],
  ])("%s writes facts and keeps what it does not know to the letter", (_name, edit, text, has) => {
    const edited = edit(text);
    for (const part of has) expect(edited).toContain(part);
    expect(edit(edited)).toBe(edited);
    expect(() => edit("<domain/>")).toThrow(DecodeError);
  });
});
