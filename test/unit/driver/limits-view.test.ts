import { expect, test } from "vitest";
import { domainView } from "../../../src/driver/domain-view.js";
import { hypervisors } from "../../../src/driver/hypervisor.js";
import { noLimits } from "../../../src/inventory/limits.js";
import { readDomain } from "../../../src/protocol/libvirt/document/domain.js";

function view(inside: string, name = "m", id = "") {
  const qemu = hypervisors.find((row) => row.scheme === "qemu");
  if (!qemu) throw new Error("no qemu");
  return domainView(readDomain(`<domain type='kvm'${id}><name>${name}</name>${inside}</domain>`), qemu);
}

const none = { periodUs: undefined, quotaUs: undefined };

test("limitsOf() reads every limit that a document sets", () => {
  const { limits } = view(`
    <memtune>
      <hard_limit unit='MiB'>64</hard_limit><soft_limit>1024</soft_limit><swap_hard_limit unit='GiB'>1</swap_hard_limit>
    </memtune>
    <vcpu cpuset='0-3,^2'>2</vcpu>
    <cputune>
      <shares>512</shares><period>50000</period><quota>25000</quota>
      <global_period>100000</global_period><global_quota>150000</global_quota>
      <emulator_period>20000</emulator_period><emulator_quota>10000</emulator_quota>
      <emulatorpin cpuset='1'/>
    </cputune>
    <numatune><memory mode='strict' nodeset='0-1'/></numatune>
    <blkiotune>
      <weight>300</weight>
      <device><path>/dev/sda</path><weight>400</weight><read_bytes_sec>10000</read_bytes_sec><write_iops_sec>7</write_iops_sec></device>
    </blkiotune>`).facts;
  expect(limits).toEqual({
    memory: { hardKiB: 65_536n, softKiB: 1024n, swapHardKiB: 1_048_576n },
    cpu: { shares: 512, periodUs: 50_000, quotaUs: 25_000 },
    cpuTotal: { periodUs: 100_000, quotaUs: 150_000 },
    emulator: { periodUs: 20_000, quotaUs: 10_000 },
    ...{ cpuset: "0-3,^2", emulatorPinning: "1", numaNodes: "0-1", numaMode: "strict", blockWeight: 300 },
    blockDevices: [
      {
        ...{ path: "/dev/sda", weight: 400, readBytesPerS: 10_000n, writeBytesPerS: undefined },
        ...{ readRequestsPerS: undefined, writeRequestsPerS: 7 },
      },
    ],
  });
});

test("limitsOf() takes libvirt's words for no limit as none, and shares what is alike", () => {
  expect(view("").facts.limits).toBe(noLimits);
  const unlimited = `<memtune><hard_limit>9007199254740991</hard_limit></memtune>
    <cputune><quota>-1</quota></cputune><blkiotune><weight>0</weight></blkiotune>`;
  expect(view(unlimited).facts.limits).toBe(noLimits);
  const shares = "<cputune><shares>7</shares></cputune>";
  expect(view(shares, "a").facts.limits.cpu).toEqual({ shares: 7, ...none });
  expect(view(shares, "a").facts.limits).toBe(view(shares, "b").facts.limits);
});

test("domainView() has the limits of disks and interfaces, and none where none are set", () => {
  const { disks, nics } = view(`<devices>
    <disk><source file='/a'/><target dev='vda'/><iotune><read_bytes_sec>5</read_bytes_sec><total_iops_sec>0</total_iops_sec></iotune></disk>
    <disk><source file='/b'/><target dev='vdb'/><iotune><total_iops_sec>0</total_iops_sec></iotune></disk>
    <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/>
      <bandwidth><inbound average='1000' peak='2000' burst='3000'/><outbound average='0'/></bandwidth></interface>
    <interface type='network'><mac address='52:54:00:00:00:02'/><source network='default'/></interface>
  </devices>`);
  expect(disks.map(({ limits }) => limits)).toEqual([expect.objectContaining({ readBytesPerS: 5n }), undefined]);
  expect(disks[0]?.limits?.totalRequestsPerS).toBeUndefined();
  expect(nics.map(({ limits }) => limits)).toEqual([
    { inbound: { averageKiBPerS: 1000, peakKiBPerS: 2000, burstKiB: 3000 }, outbound: undefined },
    undefined,
  ]);
});

test("domainView() has title, description, the gateway's own notes and the state of the guest's agent", () => {
  const notes = `<title>T</title><description>long</description><metadata>
    <v:machine xmlns:v='urn:virtgate:machine:1'><v:note name='slice'>blue</v:note><v:other/><v:note>x</v:note></v:machine>
    <other xmlns='urn:other'><note name='slice'>red</note></other></metadata>`;
  expect(view(notes).facts).toMatchObject({ title: "T", description: "long", notes: { slice: "blue" } });
  const channel = (state: string) =>
    `<devices><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' ${state}/></channel></devices>`;
  expect(view(channel("state='connected'"), "m", " id='3'").facts.agent).toBe("connected");
  expect(view(channel("state='disconnected'"), "m", " id='3'").facts.agent).toBe("disconnected");
  expect(view("", "m", " id='3'").facts.agent).toBe("none");
  expect(view(channel("")).facts.agent).toBeUndefined();
});
