import fc from "fast-check";
import { expect, test } from "vitest";
import { Fault } from "../../src/base/fault.js";
import { readBulkRecord } from "../../src/driver/bulk-record.js";
import { Roster } from "../../src/driver/roster.js";
import { lifecycleWords, stateWords } from "../../src/driver/state.js";
import { parseLibvirtUri } from "../../src/driver/uri.js";
import { machineStates } from "../../src/inventory/machine.js";
import type { TypedParameter } from "../../src/protocol/libvirt/typed-parameter.js";

const field = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("net", "block", "vcpu"),
      fc.nat(3),
      fc.constantFrom("name", "rx.bytes", "rd.reqs", "state", "time", "x"),
    )
    .map((parts) => parts.join(".")),
  fc.constantFrom("state.state", "cpu.time", "balloon.current", "vcpu.maximum", "__proto__", "block.0.constructor"),
  fc.string(),
);

const parameter: fc.Arbitrary<TypedParameter> = fc.oneof(
  fc.record({ field, type: fc.constant("ullong" as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ field, type: fc.constant("int" as const), value: fc.integer() }),
  fc.record({ field, type: fc.constant("double" as const), value: fc.double() }),
  fc.record({ field, type: fc.constant("boolean" as const), value: fc.boolean() }),
  fc.record({ field, type: fc.constant("string" as const), value: fc.string() }),
);

test("readBulkRecord() of any parameters has counters of type bigint only, and never throws", () => {
  fc.assert(
    fc.property(fc.array(parameter), (parameters) => {
      const { diskCounters, nicCounters, facts } = readBulkRecord(parameters);
      for (const counters of [...(diskCounters?.values() ?? []), ...(nicCounters?.values() ?? [])]) {
        for (const value of Object.values(counters)) expect(typeof value).toBe("bigint");
      }
      expect(["bigint", "undefined"]).toContain(typeof facts.cpuTimeNs);
    }),
  );
});

test("parseLibvirtUri() of any text gives sockets or a Fault", () => {
  const uri = fc.oneof(
    fc.string(),
    fc
      .tuple(fc.constantFrom("qemu", "lxc+unix", "esx", "test+tcp"), fc.string(), fc.string(), fc.string())
      .map(([scheme, host, path, query]) => `${scheme}://${host}/${path}?${query}`),
  );
  fc.assert(
    fc.property(uri, fc.boolean(), (text, allowWrite) => {
      try {
        expect(parseLibvirtUri(text, allowWrite).sockets.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
    }),
  );
});

test("stateWords() and lifecycleWords() of any numbers give the inventory's words", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: -1, max: 20 }), fc.boolean(), (state, reason, managedSave) => {
      expect(machineStates).toContain(stateWords(state, reason, { managedSave }).state);
      const words = lifecycleWords(state, reason);
      if (words?.state !== undefined) expect(machineStates).toContain(words.state);
    }),
  );
});

/** A machine lives: what happens is announced, while sweeps read at one moment and are answered at a later one. */
test("Roster: the last reported state is true once every event and a later sweep have arrived", () => {
  const dom = { name: "a", uuid: "00000000-0000-4000-8000-000000000001", id: 1 };
  // biome-ignore format: read as a table
  const changes: Readonly<Record<string, { event: [number, number]; numbers: [number, number] }>> = {
    start: { event: [2, 0], numbers: [1, 1] },
    pause: { event: [3, 0], numbers: [3, 1] },
    resume: { event: [4, 0], numbers: [1, 5] },
    stop: { event: [5, 1], numbers: [5, 2] },
  };
  const step = fc.oneof(
    fc.constantFrom("start", "pause", "resume", "stop"),
    fc.constantFrom("send", "answer", "deliver"),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const roster = new Roster(true);
      roster.ensure(dom).words = { state: "running", reason: "booted" };
      let real: [number, number] = [1, 1];
      let now = 0;
      const events: [number, number][] = [];
      const sent: { mark: number; numbers: [number, number] }[] = [];
      const deliver = (): void => {
        const next = events.shift();
        const words = next && lifecycleWords(...next);
        if (words) roster.takeEvent({ kind: "lifecycle", domain: dom, words }, now);
      };
      const answer = (): void => {
        const next = sent.shift();
        if (!next) return;
        const [state, reason] = next.numbers;
        roster.takeStates([{ domain: dom, state, reason }], next.mark, true, now);
      };
      for (const name of steps) {
        now += 10;
        const change = changes[name];
        if (change) {
          real = change.numbers;
          events.push(change.event);
        } else if (name === "send") sent.push({ mark: roster.mark(), numbers: real });
        else if (name === "answer") answer();
        else deliver();
      }
      while (events.length > 0) deliver();
      while (sent.length > 0) answer();
      for (let sweep = 0; sweep < 2; sweep += 1) {
        now += 2000;
        roster.takeStates([{ domain: dom, state: real[0], reason: real[1] }], roster.mark(), true, now);
      }
      expect(roster.get(dom.uuid)?.words?.state).toBe(stateWords(...real).state);
    }),
  );
});
