import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { VolumePiece } from "../../src/inventory/hypervisor-storage.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { limit, openToWrite } from "./support/hypervisor.js";
import { startLibvirt } from "./support/libvirt-daemon.js";
import { scratch } from "./support/room.js";
import { pairs, tryVirsh, virsh } from "./support/virsh.js";

type Opened = ReturnType<typeof openToWrite>;

const MIB = 1024 * 1024;
const POOL = "w-pool";
let one: Opened;

const folder = (): string => scratch("w-pool");
const poolXml = (): string => `<pool type='dir'><name>${POOL}</name><target><path>${folder()}</path></target></pool>`;
const volumeXml = (name: string, mebibytes: number, format = "raw"): string =>
  `<volume><name>${name}</name><capacity unit='MiB'>${mebibytes}</capacity><allocation>0</allocation><target><format type='${format}'/></target></volume>`;

beforeAll(
  whenPossible(async () => {
    await startLibvirt();
    one = openToWrite("qemu:///system");
  }),
);
afterAll(
  whenPossible(async () => {
    one?.close();
    await tryVirsh("qemu", "pool-destroy", POOL);
    await tryVirsh("qemu", "pool-undefine", POOL);
  }),
);

async function* piecesOf(octets: Buffer, size: number): AsyncIterable<VolumePiece> {
  for (let at = 0; at < octets.length; at += size) yield { octets: octets.subarray(at, at + size) };
}

async function collected(pieces: AsyncIterable<VolumePiece>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces)
    parts.push("octets" in piece ? piece.octets : Buffer.alloc(Number(piece.zeroBytes)));
  return Buffer.concat(parts);
}

const info = async (name: string): Promise<ReadonlyMap<string, string>> =>
  pairs(await virsh("qemu", "vol-info", "--bytes", name, POOL), ":");

describe("a storage pool", () => {
  hostTest("is defined, built, started, filled and taken away, as virsh tells", async () => {
    expect(await one.poolStatus(POOL, limit)).toBeUndefined();
    expect(await one.definePool(poolXml(), limit)).toBe(POOL);
    await one.buildPool(POOL, limit);
    await one.startPool(POOL, limit);
    await one.setPoolAutostart(POOL, true, limit);
    const told = pairs(await virsh("qemu", "pool-info", "--bytes", POOL), ":");
    const status = await one.poolStatus(POOL, limit);
    expect(status).toMatchObject({
      name: POOL,
      uuid: told.get("UUID"),
      active: true,
      persistent: true,
      autostart: true,
    });
    expect(String(status?.capacityBytes)).toBe(told.get("Capacity"));
    expect((await one.previewDocument({ kind: "pool", name: POOL }, poolXml(), limit)).differences).toEqual([]);

    expect(await one.createVolume(POOL, volumeXml("disk", 3), limit)).toBe("disk");
    await expect(one.createVolume(POOL, volumeXml("disk", 3), limit)).rejects.toMatchObject({ code: "exists" });
    const volume = { kind: "volume", pool: POOL, name: "disk" } as const;
    expect((await one.previewDocument(volume, volumeXml("disk", 3), limit)).differences).toEqual([]);
    expect((await one.previewDocument(volume, volumeXml("disk", 4), limit)).differences).toMatchObject([
      { path: "/volume/capacity" },
    ]);
    await one.resizeVolume(POOL, "disk", BigInt(5 * MIB), {}, limit);
    expect((await info("disk")).get("Capacity")).toBe(`${5 * MIB} bytes`);
    await expect(one.resizeVolume(POOL, "disk", BigInt(MIB), {}, limit)).rejects.toMatchObject({ code: "invalid" });
    await one.resizeVolume(POOL, "disk", BigInt(MIB), { shrink: true }, limit);

    writeFileSync(`${folder()}/found.img`, Buffer.alloc(MIB));
    expect(await one.volumeStatus(POOL, "found.img", limit)).toBeUndefined();
    await one.refreshPool(POOL, limit);
    expect(await one.volumeStatus(POOL, "found.img", limit)).toMatchObject({ path: `${folder()}/found.img` });
    expect(await one.cloneVolume(POOL, volumeXml("copy", 1), { pool: POOL, name: "found.img" }, limit)).toBe("copy");
    for (const name of ["disk", "copy", "found.img"]) await one.deleteVolume(POOL, name, limit);
    expect(await virsh("qemu", "vol-list", POOL)).toBe("");
    await expect(one.deleteVolume(POOL, "disk", limit)).rejects.toMatchObject({ code: "absent" });
    await one.setPoolAutostart(POOL, false, limit);
    await one.stopPool(POOL, limit);
    expect((await one.poolStatus(POOL, limit))?.active).toBe(false);
    await one.undefinePool(POOL, limit);
    expect(await one.poolStatus(POOL, limit)).toBeUndefined();
  });
});

describe("a volume's content", () => {
  const content = createHash("sha256").update("content").digest();
  const octets = Buffer.alloc(3 * MIB + 77, content);

  hostTest("goes up and comes down as virsh has it, whole, in part and with holes", async () => {
    mkdirSync(folder(), { recursive: true });
    await one.definePool(poolXml(), limit);
    await one.startPool(POOL, limit);
    await one.createVolume(POOL, volumeXml("up", 4), limit);
    const told: bigint[] = [];
    await one.uploadVolume(POOL, "up", piecesOf(octets, 500_000), {}, limit, ({ done }) => told.push(done));
    expect(told.at(-1)).toBe(BigInt(octets.length));
    const file = scratch("w-down");
    await virsh("qemu", "vol-download", "up", file, "--pool", POOL);
    expect(readFileSync(file).subarray(0, octets.length).equals(octets)).toBe(true);
    const whole = await collected(one.downloadVolume(POOL, "up", {}, limit));
    expect(whole.equals(readFileSync(file))).toBe(true);
    const part = await collected(
      one.downloadVolume(POOL, "up", { offsetBytes: 1000n, lengthBytes: 2_000_000n }, limit),
    );
    expect(part.equals(whole.subarray(1000, 2_001_000))).toBe(true);

    await one.createVolume(POOL, volumeXml("thin", 64), limit);
    const pieces: VolumePiece[] = [{ octets: octets.subarray(0, 4096) }, { zeroBytes: BigInt(60 * MIB) }, { octets }];
    await one.uploadVolume(POOL, "thin", asStream(pieces), { sparse: true }, limit);
    expect(Number((await info("thin")).get("Allocation")?.replace(" bytes", ""))).toBeLessThan(8 * MIB);
    const down: VolumePiece[] = [];
    for await (const piece of one.downloadVolume(POOL, "thin", { sparse: true }, limit)) down.push(piece);
    expect(down.some((piece) => "zeroBytes" in piece && piece.zeroBytes > BigInt(50 * MIB))).toBe(true);
    expect((await collected(asStream(down))).equals(readFileSync(`${folder()}/thin`))).toBe(true);
  });

  hostTest("a transfer that is given up, or whose source fails, ends and leaves the host usable", async () => {
    const giveUp = new AbortController();
    const endless = async function* (): AsyncIterable<VolumePiece> {
      for (let count = 0; ; count++) {
        if (count === 3) giveUp.abort();
        yield { octets: octets.subarray(0, 1000) };
      }
    };
    const upload = one.uploadVolume(POOL, "up", endless(), {}, { ...limit, signal: giveUp.signal });
    await expect(upload).rejects.toMatchObject({ code: "timeout" });
    const failing = async function* (): AsyncIterable<VolumePiece> {
      yield { octets: octets.subarray(0, 1000) };
      throw new Error("the source is gone");
    };
    await expect(one.uploadVolume(POOL, "up", failing(), {}, limit)).rejects.toThrow("the source is gone");
    for await (const piece of one.downloadVolume(POOL, "thin", {}, limit)) {
      expect("octets" in piece && piece.octets.length > 0).toBe(true);
      break;
    }
    await expect(collected(one.downloadVolume(POOL, "none", {}, limit))).rejects.toMatchObject({ code: "absent" });
    expect(await one.volumeStatus(POOL, "up", limit)).toBeDefined();
  });
});

describe("a virtual network", () => {
  const NETWORK = "w-net";
  const xml = `<network><name>${NETWORK}</name><bridge name='wbr0'/></network>`;

  hostTest("is defined, started, stopped and taken away, as virsh tells", async () => {
    expect(await one.networkStatus(NETWORK, limit)).toBeUndefined();
    expect(await one.defineNetwork(xml, limit)).toBe(NETWORK);
    expect((await one.previewDocument({ kind: "network", name: NETWORK }, xml, limit)).differences).toEqual([]);
    await one.setNetworkAutostart(NETWORK, true, limit);
    const told = pairs(await virsh("qemu", "net-info", NETWORK), ":");
    expect(await one.networkStatus(NETWORK, limit)).toEqual({
      name: NETWORK,
      uuid: told.get("UUID"),
      active: false,
      persistent: true,
      autostart: true,
      bridge: "wbr0",
    });
    const before = await virsh("qemu", "net-dumpxml", NETWORK);
    await one.defineNetwork((await one.readDocument({ kind: "network", name: NETWORK }, limit)) ?? "", limit);
    expect(await virsh("qemu", "net-dumpxml", NETWORK)).toBe(before);
    await one.startNetwork(NETWORK, limit);
    expect(pairs(await virsh("qemu", "net-info", NETWORK), ":").get("Active")).toBe("yes");
    await one.stopNetwork(NETWORK, limit);
    await one.setNetworkAutostart(NETWORK, false, limit);
    await one.undefineNetwork(NETWORK, limit);
    expect(await one.networkStatus(NETWORK, limit)).toBeUndefined();
    await expect(one.startNetwork(NETWORK, limit)).rejects.toMatchObject({ code: "absent" });
  });
});

async function* asStream(pieces: readonly VolumePiece[]): AsyncIterable<VolumePiece> {
  yield* pieces;
}
