import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.js";
import { Transfer, Transfers } from "../../../src/engine/transfers.js";
import type { VolumePiece } from "../../../src/inventory/hypervisor-storage.js";
import { ManualClock } from "../../support/manual-clock.js";

const piece = (text: string): VolumePiece => ({ octets: Buffer.from(text) });

async function settles(work: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  work.then(note, note);
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  return settled;
}

describe("Transfer", () => {
  test("hands pieces on in order and holds one of them at a time", async () => {
    const transfer = new Transfer(new ManualClock());
    await transfer.put(piece("a"));
    const second = transfer.put(piece("b"));
    expect(await settles(second)).toBe(false);
    expect(await transfer.take()).toEqual(piece("a"));
    await second;
    transfer.finish();
    expect(await transfer.take()).toEqual(piece("b"));
    expect(await transfer.take()).toBeUndefined();
    await expect(transfer.put(piece("c"))).rejects.toMatchObject({ code: "invalid" });
  });

  test("whoever waits is told when the other side comes, and the end only when it was heard", async () => {
    const transfer = new Transfer(new ManualClock());
    const taken = transfer.take();
    expect(await settles(taken)).toBe(false);
    await transfer.put({ zeroBytes: 7n });
    expect(await taken).toEqual({ zeroBytes: 7n });
    const emptied = transfer.emptied();
    transfer.finish();
    expect(await settles(emptied)).toBe(false);
    expect(await transfer.take()).toBeUndefined();
    await emptied;
  });

  test("ends for both when one of them says nothing for a minute", async () => {
    for (const wait of [(transfer: Transfer) => transfer.take(), (transfer: Transfer) => transfer.put(piece("b"))]) {
      const clock = new ManualClock();
      const transfer = new Transfer(clock);
      if (wait.toString().includes("put")) await transfer.put(piece("a"));
      const waiting = wait(transfer);
      waiting.catch(() => {});
      await settles(waiting);
      clock.advance(59_999);
      expect(await settles(waiting)).toBe(false);
      clock.advance(1);
      await expect(waiting).rejects.toMatchObject({ code: "timeout" });
      await expect(transfer.take()).rejects.toMatchObject({ code: "timeout" });
    }
  });

  test("whoever stops reading ends it for whoever writes", async () => {
    const transfer = new Transfer(new ManualClock());
    await transfer.put(piece("a"));
    for await (const one of transfer.pieces()) {
      expect(one).toEqual(piece("a"));
      break;
    }
    await expect(transfer.put(piece("b"))).rejects.toBeInstanceOf(Fault);
  });
});

describe("Transfers", () => {
  function several(clock = new ManualClock()): Transfers {
    let made = 0;
    return new Transfers(clock, () => `t${++made}`);
  }

  test("knows those that are open, and no others", async () => {
    const transfers = several();
    const id = transfers.open();
    const transfer = transfers.claim(id);
    expect(transfers.require(id)).toBe(transfer);
    transfers.close(id);
    transfers.close(id);
    expect(() => transfers.require(id)).toThrow(/begin it anew/);
    await expect(transfer.take()).rejects.toBeInstanceOf(Fault);
  });

  test("forgets one that no change takes up, and keeps one that a change has", () => {
    const clock = new ManualClock();
    const transfers = several(clock);
    const [unused, used] = [transfers.open(), transfers.open()];
    transfers.claim(used);
    clock.advance(10 * 60_000);
    expect(() => transfers.require(unused)).toThrow(Fault);
    expect(transfers.require(used)).toBeInstanceOf(Transfer);
  });

  test("refuses more than it can keep", () => {
    const transfers = several();
    for (let count = 0; count < 64; count += 1) transfers.open();
    expect(() => transfers.open()).toThrow(/try again later/);
  });
});
