import { describe, expect, test } from "vitest";
import type { Action } from "../../../../src/engine/change/action.js";
import type { VolumePiece } from "../../../../src/inventory/hypervisor-storage.js";
import { administrator, openEngine } from "../../../support/change-engine.js";
import { MemoryHypervisor } from "../../../support/memory-hypervisor.js";

const place = { host: "h", pool: "default", volume: "disk" };
const create: Action = { do: "create-volume", ...place, document: "<name>disk</name>" };
const piece = (text: string): VolumePiece => ({ octets: Buffer.from(text) });

async function bench(content?: string) {
  const hypervisor = new MemoryHypervisor();
  hypervisor.contents.pools.set("default", { document: "<name>default</name>", active: true, autostart: false });
  if (content !== undefined) {
    hypervisor.contents.volumes.set("default/disk", { document: "<name>disk</name>", capacityBytes: 100n, content });
  }
  const opened = await openEngine({ hypervisors: [hypervisor] });
  const { engine, transfers } = opened;
  const transfer = transfers.open();
  const submit = (...actions: Action[]) => engine.submit({ subject: administrator, via: "test", actions });
  const contentNow = () => hypervisor.contents.volumes.get("default/disk")?.content;
  return { ...opened, hypervisor, transfer, feed: transfers.require(transfer), submit, contentNow };
}

describe("the content of a volume", () => {
  test("goes up in pieces, the audit tells of it and the job how far it is", async () => {
    const { submit, feed, transfer, contentNow, log } = await bench("old");
    const job = await submit({ do: "upload-volume", ...place, transfer });
    for (const text of ["ab", "cd"]) await feed.put(piece(text));
    await feed.put({ zeroBytes: 3n });
    feed.finish();
    expect(await job.ended()).toMatchObject({
      state: "done",
      title: "write the content of volume disk of pool default",
    });
    expect(contentNow()).toBe("abcd000");
    expect(log.all.map((line) => JSON.parse(line).outcome)).toEqual(["done"]);
  });

  test("goes down in pieces, and the job is over when the last was taken", async () => {
    const { submit, feed, transfer } = await bench("abc");
    const job = await submit({ do: "download-volume", ...place, transfer });
    const taken: string[] = [];
    for (let one = await feed.take(); one; one = await feed.take()) {
      taken.push("octets" in one ? Buffer.from(one.octets).toString() : "");
      expect(job.view.endedAt).toBeUndefined();
    }
    expect(taken).toEqual(["a", "b", "c"]);
    expect(await job.ended()).toMatchObject({ state: "done" });
  });

  test("a cancelled upload leaves no new volume, and says of an old one that its content is gone", async () => {
    for (const [content, actions, expected] of [
      [undefined, [create], { state: "undone", left: undefined }],
      ["old", [], { state: "partial", left: "ab" }],
    ] as const) {
      const { submit, feed, transfer, contentNow } = await bench(content);
      const job = await submit(...actions, { do: "upload-volume", ...place, transfer });
      await feed.put(piece("ab"));
      await feed.room();
      job.cancel();
      expect({ ...(await job.ended()), left: contentNow() }).toMatchObject(expected);
    }
  });

  test("one that was cancelled before it began leaves the old content", async () => {
    const { submit, transfer, contentNow } = await bench("old");
    const job = await submit({ do: "upload-volume", ...place, transfer });
    job.cancel();
    expect(await job.ended()).toMatchObject({ state: "undone" });
    expect(contentNow()).toBe("old");
  });

  test("is not begun when it cannot fit, or when nobody feeds it", async () => {
    const { submit, transfer, contentNow, transfers } = await bench("old");
    const tooLong = await submit({ do: "upload-volume", ...place, transfer, lengthBytes: 101n });
    expect(await tooLong.ended()).toMatchObject({ fault: { message: expect.stringContaining("resize it first") } });
    transfers.close(transfer);
    const gone = await submit(create, { do: "upload-volume", ...place, transfer });
    expect((await gone.ended()).state).toBe("undone");
    expect(contentNow()).toBe("old");
  });

  test.each([
    ["new", undefined, [create], "undone", undefined],
    ["old", "old", [], "partial", "ab"],
  ] as const)(
    "of a %s volume, after the gateway was killed, is gone or told to be",
    async (_kind, content, actions, state, left) => {
      const first = await bench(content);
      await first.submit(...actions, { do: "upload-volume", ...place, transfer: first.transfer });
      await first.feed.put(piece("ab"));
      await first.feed.room();
      const { engine } = await openEngine({ hypervisors: [first.hypervisor], store: first.store });
      engine.recover();
      const [job] = engine.jobs.list();
      expect(await engine.jobs.get(job?.id ?? "")?.ended()).toMatchObject({ state });
      expect(first.contentNow()).toBe(left);
    },
  );
});
