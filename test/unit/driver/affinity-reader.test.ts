import { describe, expect, test } from "vitest";
import { AffinityReader } from "../../../src/driver/affinity-reader.js";
import type { Caller } from "../../../src/driver/connection.js";
import { libvirtFault } from "../../../src/protocol/libvirt/error.js";

const domain = { name: "web", uuid: "00000000-0000-4000-8000-000000000001", id: 1 };

/** A daemon that answers with these maps, or refuses. */
function daemon(answer: { cpumaps: Buffer; num: number } | Error): { caller: Caller; asked: unknown[] } {
  const asked: unknown[] = [];
  const caller: Caller = {
    call: async (name, args) => {
      asked.push({ name, ...(args as object) });
      if (answer instanceof Error) throw answer;
      return answer as never;
    },
  };
  return { caller, asked };
}

describe("AffinityReader", () => {
  test("asks for as many maps as there can be virtual CPUs, as wide as there are physical ones", async () => {
    const { caller, asked } = daemon({ cpumaps: Buffer.from("ff030100", "hex"), num: 2 });
    const affinity = await new AffinityReader(10).read(caller, domain, 2);
    expect(asked).toEqual([{ name: "domainGetVcpuPinInfo", dom: domain, ncpumaps: 2, maplen: 2, flags: 0 }]);
    expect(affinity).toEqual({ physicalCount: 10, maps: [Uint8Array.of(255, 3), Uint8Array.of(1, 0)] });
  });

  test("gives machines that are pinned alike the same answer", async () => {
    const reader = new AffinityReader(8);
    const one = await reader.read(daemon({ cpumaps: Buffer.of(255), num: 1 }).caller, domain, 1);
    const other = await reader.read(daemon({ cpumaps: Buffer.of(255), num: 1 }).caller, domain, 1);
    const another = await reader.read(daemon({ cpumaps: Buffer.of(1), num: 1 }).caller, domain, 1);
    expect(other).toBe(one);
    expect(another).not.toBe(one);
  });

  test("knows nothing where the driver tells nothing, too little, or the host its CPUs not", async () => {
    const { caller } = daemon(libvirtFault("NO_SUPPORT", "this function is not supported"));
    expect(await new AffinityReader(8).read(caller, domain, 1)).toBeUndefined();
    const short = daemon({ cpumaps: Buffer.of(1), num: 2 });
    expect(await new AffinityReader(8).read(short.caller, domain, 2)).toBeUndefined();
    const unasked = daemon({ cpumaps: Buffer.of(1), num: 1 });
    expect(await new AffinityReader(undefined).read(unasked.caller, domain, 1)).toBeUndefined();
    expect(await new AffinityReader(8).read(unasked.caller, domain, undefined)).toBeUndefined();
    expect(unasked.asked).toEqual([]);
  });

  test("passes on that the machine does not exist", async () => {
    const { caller } = daemon(libvirtFault("NO_DOMAIN", "no domain with matching uuid"));
    await expect(new AffinityReader(8).read(caller, domain, 1)).rejects.toThrow("no domain");
  });
});
