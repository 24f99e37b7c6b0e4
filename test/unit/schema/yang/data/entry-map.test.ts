import fc from "fast-check";
import { expect, test } from "vitest";
import { EntryMap } from "../../../../../src/schema/yang/data/entry-map.js";
import { PersistentMap } from "../../../../../src/schema/yang/data/persistent-map.js";

test("PersistentMap answers as a map does, and older versions stay as they were", () => {
  const write = fc.tuple(fc.constantFrom("set", "delete"), fc.integer({ min: 0, max: 60 }));
  fc.assert(
    fc.property(fc.array(write, { maxLength: 200 }), (writes) => {
      let map = new PersistentMap<number>();
      const model = new Map<string, number>();
      const versions: [PersistentMap<number>, Map<string, number>][] = [];
      writes.forEach(([kind, number], at) => {
        const key = `key-${number}`;
        if (kind === "set") {
          map = map.set(key, at);
          model.set(key, at);
        } else {
          map = map.delete(key);
          model.delete(key);
        }
        if (at % 10 === 0) versions.push([map, new Map(model)]);
      });
      for (const [version, expected] of [...versions, [map, model] as const]) {
        expect(version.size).toBe(expected.size);
        for (let number = 0; number <= 60; number++) {
          expect(version.get(`key-${number}`)).toBe(expected.get(`key-${number}`));
        }
      }
    }),
  );
});

type Write =
  | { do: "set" | "delete" | "first" | "last"; key: number }
  | { do: "before" | "after"; key: number; anchor: number };

test("EntryMap keeps order and keys as an array would, through sets, deletions and moves", () => {
  const key = fc.integer({ min: 0, max: 300 });
  const write: fc.Arbitrary<Write> = fc.oneof(
    fc.record({ do: fc.constantFrom("set" as const, "delete" as const, "first" as const, "last" as const), key }),
    fc.record({ do: fc.constantFrom("before" as const, "after" as const), key, anchor: key }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.array(write, { maxLength: 120 }), (start, writes) => {
      let model: [string, number][] = Array.from({ length: start }, (_, at) => [`k${at}`, at]);
      const draft = new EntryMap<number>().draft();
      for (const [name, value] of model) draft.set(name, value);
      let map = draft.finish();
      writes.forEach((one, at) => {
        const before = [...map.entries()].map(([name, value]) => [name, value]);
        const old = map;
        const name = `k${one.key}`;
        const value = 1000 + at;
        const edit = map.draft();
        const place = model.findIndex(([held]) => held === name);
        if (one.do === "delete") {
          expect(edit.delete(name)).toBe(place >= 0);
          model = model.filter(([held]) => held !== name);
        } else if (one.do === "set") {
          edit.set(name, value);
          if (place >= 0) model[place] = [name, value];
          else model.push([name, value]);
        } else {
          const anchor = "anchor" in one ? `k${one.anchor}` : undefined;
          const position =
            one.do === "first" || one.do === "last"
              ? one.do
              : one.do === "before"
                ? { before: anchor as string }
                : { after: anchor as string };
          const has = anchor === undefined || model.some(([held]) => held === anchor);
          expect(edit.insert(name, value, position)).toBe(has);
          if (has && anchor === name) model[place] = [name, value];
          else if (has) {
            model = model.filter(([held]) => held !== name);
            const index = model.findIndex(([held]) => held === anchor);
            if (one.do === "first") model.unshift([name, value]);
            else if (one.do === "last") model.push([name, value]);
            else model.splice(one.do === "before" ? index : index + 1, 0, [name, value]);
          }
        }
        map = edit.finish();
        expect([...map.entries()].map(([held, item]) => [held, item])).toEqual(model);
        expect(map.size).toBe(model.length);
        for (const [held, item] of model) expect(map.get(held)).toBe(item);
        expect([...old.entries()].map(([held, item]) => [held, item])).toEqual(before);
      });
    }),
    { numRuns: 40 },
  );
});

test("EntryMap always finds room between two neighbours", () => {
  const draft = new EntryMap<number>().draft().set("a", 0).set("z", 1);
  for (let at = 0; at < 500; at++) draft.insert(`m${at}`, at, { after: "a" });
  const keys = [...draft.finish().keys()];
  expect(keys.slice(0, 3)).toEqual(["a", "m499", "m498"]);
  expect(keys.at(-1)).toBe("z");
  expect(keys.length).toBe(502);
});

test("EntryMap shares every chunk that a write did not touch", () => {
  const draft = new EntryMap<number>().draft();
  for (let at = 0; at < 1000; at++) draft.set(`k${at}`, at);
  const before = draft.finish();
  const after = before.set("k500", -1);
  const changed = before.chunks.filter((chunk, at) => chunk !== after.chunks[at]);
  expect(changed.length).toBe(1);
  expect(after.index).toBe(before.index);
});
