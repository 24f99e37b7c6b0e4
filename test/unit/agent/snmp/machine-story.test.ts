import { afterEach, describe, expect, test } from "vitest";
import { dueNotifications } from "../../../../src/agent/snmp/vm-notification.js";
import { silentLog } from "../../../../src/base/log.js";
import { seededRandom } from "../../../../src/base/random.js";
import { createLibvirtMonitor } from "../../../../src/driver/libvirt-monitor.js";
import { OpeningGate } from "../../../../src/driver/opening-gate.js";
import { IndexAllocator } from "../../../../src/inventory/index-allocator.js";
import { Inventory } from "../../../../src/inventory/inventory.js";
import type { HostMonitor } from "../../../../src/inventory/observation.js";
import { FakeLibvirt, type FakeMachine } from "../../../support/fake-libvirt.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { settled } from "../../../support/paired-channels.js";

/** What a daemon does, one after the other: a machine's new state and reason, or an event and its detail. */
type Step =
  | { readonly is: readonly [state: number, reason: number]; readonly image?: boolean }
  | { readonly says: readonly [event: number, detail: number]; readonly restMs?: number };

type Told = readonly [name: string, from: number];

interface Story {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly told: readonly Told[];
}

const boot: Step[] = [{ is: [3, 11] }, { is: [1, 1] }, { says: [4, 0] }, { says: [2, 0] }];
const save: Step[] = [{ is: [3, 3] }, { says: [3, 0] }, { is: [5, 5], image: true }, { says: [5, 4] }];
const restore: Step[] = [{ is: [3, 11] }, { is: [3, 2] }, { says: [2, 2] }, { is: [1, 3] }, { says: [4, 2] }];
const restorePaused: Step[] = [{ is: [3, 11] }, { is: [3, 2], image: false }, { says: [2, 2] }, { says: [3, 4] }];
/** Whoever suspends takes a moment before the next command. */
const suspend: Step[] = [{ is: [3, 1] }, { says: [3, 0], restMs: 100 }];
const resume: Step[] = [{ is: [1, 5] }, { says: [4, 0] }];
const destroy: Step[] = [{ is: [4, 1] }, { says: [6, 2] }, { is: [5, 2] }, { says: [5, 1] }];
const withoutImage = (steps: readonly Step[]): Step[] =>
  steps.map((step) => ("is" in step && step.image ? { is: step.is } : step));

/** Recorded from libvirt 9.0 with QEMU 7.2, and with LXC, whose containers are announced as they start, and no more. */
const stories: readonly Story[] = [
  {
    title: "start, suspend, resume, destroy",
    steps: [...boot, ...suspend, ...resume, ...destroy],
    told: [
      ["vmRunning", 11],
      ["vmPaused", 4],
      ["vmRunning", 8],
      ["vmShuttingdown", 4],
      ["vmShutdown", 10],
    ],
  },
  {
    title: "start, managedsave, start",
    steps: [...boot, ...save, ...restore],
    told: [
      ["vmRunning", 11],
      ["vmSuspending", 4],
      ["vmSuspended", 5],
      ["vmResuming", 6],
      ["vmRunning", 7],
    ],
  },
  {
    title: "start, save, restore",
    steps: [...boot, ...withoutImage(save), ...restore],
    told: [
      ["vmRunning", 11],
      ["vmSuspending", 4],
      ["vmSuspended", 5],
      ["vmResuming", 6],
      ["vmRunning", 7],
    ],
  },
  {
    title: "start, suspend, managedsave, start, resume",
    steps: [...boot, ...suspend, { is: [5, 5], image: true }, { says: [5, 4] }, ...restorePaused, ...resume],
    told: [
      ["vmRunning", 11],
      ["vmPaused", 4],
      ["vmSuspended", 8],
      ["vmResuming", 6],
      ["vmPaused", 7],
      ["vmRunning", 8],
    ],
  },
  {
    title: "start --paused, resume, and a guest that is saved and started paused",
    steps: [
      ...([{ is: [3, 11] }, { is: [3, 1] }, { says: [2, 0] }, { says: [3, 0] }, ...resume, ...save] as Step[]),
      ...([{ is: [3, 11] }, { is: [3, 2], image: false }, { says: [2, 2] }, { says: [3, 0] }] as Step[]),
    ],
    told: [
      ["vmPaused", 11],
      ["vmRunning", 8],
      ["vmSuspending", 4],
      ["vmSuspended", 5],
      ["vmResuming", 6],
      ["vmPaused", 7],
    ],
  },
  {
    title: "a container's start, suspend, resume, destroy",
    steps: [{ is: [1, 1] }, { says: [2, 0] }, ...suspend, ...resume, { is: [5, 2] }, { says: [5, 1] }],
    told: [
      ["vmRunning", 11],
      ["vmPaused", 4],
      ["vmRunning", 8],
      ["vmShutdown", 4],
    ],
  },
];

const running: HostMonitor[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((monitor) => monitor.stop()));
});

/** Plays a story. After each step `gap` says how much time passes, in milliseconds; a sweep comes every 2000. */
async function play(
  steps: readonly Step[],
  gap: (at: number, step: Step) => number,
  looks = false,
): Promise<readonly Told[]> {
  const clock = new ManualClock();
  const daemon = new FakeLibvirt(clock);
  const machine = daemon.add("g");
  const inventory = new Inventory(new IndexAllocator());
  const host = { name: "h", uri: "qemu+unix:///system?socket=/fake", simulated: false, allowWrite: false };
  inventory.publish(inventory.configure([host], clock.now()));
  const told: Told[] = [];
  const monitor = createLibvirtMonitor({
    ...{ host, clock, log: silentLog, random: seededRandom(1), dialer: daemon.dialer, gate: new OpeningGate() },
  });
  running.push(monitor);
  monitor.start((observations) => {
    const step = inventory.apply("h", observations, clock.now(), clock.monotonic());
    inventory.publish(step);
    for (const event of step.events) {
      for (const { name, from } of dueNotifications({ ...event, sequence: 1 })) told.push([name, from]);
    }
  });
  await settled();
  const pass = async (ms: number): Promise<void> => {
    await settled();
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50);
      await settled();
    }
  };
  await pass(300);
  for (const [at, step] of steps.entries()) {
    act(daemon, machine, step);
    if (looks) monitor.look(machine.uuid);
    await pass(Math.max(gap(at, step), "says" in step ? (step.restMs ?? 0) : 0));
  }
  await pass(4000);
  return told;
}

function act(daemon: FakeLibvirt, machine: FakeMachine, step: Step): void {
  if ("says" in step) {
    daemon.emit(machine, ...step.says);
    return;
  }
  const [state, reason] = step.is;
  const id = state === 5 ? -1 : machine.id < 0 ? 7 : machine.id;
  Object.assign(machine, { id, state, reason, managedSave: step.image ?? (state === 1 ? false : machine.managedSave) });
}

/** A real daemon announces what its machine became within milliseconds; long are only the steps that work is done in. */
function isLong(step: Step): boolean {
  if ("says" in step) return true;
  return step.is[0] === 3 && step.is[1] === 11;
}

describe("notifications of what is done to a machine, each once and from the state before it (RFC 7666)", () => {
  for (const { title, steps, told } of stories) {
    test(`${title}, all at once`, async () => {
      expect(await play(steps, () => 0)).toEqual(told);
    });

    test(`${title}, step by step`, async () => {
      expect(await play(steps, () => 10)).toEqual(told);
    });

    test(`${title}, looked at after every step`, async () => {
      expect(await play(steps, () => 50, true)).toEqual(told);
    });

    for (const [gapAt, step] of steps.entries()) {
      if (!isLong(step)) continue;
      test(`${title}, with sweeps after step ${gapAt + 1}`, async () => {
        const isHeldOpen = "says" in step && step.says[0] === 2 && step.says[1] === 2;
        expect(await play(steps, (at) => (at === gapAt ? (isHeldOpen ? 500 : 4200) : 0))).toEqual(told);
      });
    }
  }
});

test("a pause that nothing explains within a second is taken by its word", async () => {
  expect(await play([...boot, { says: [3, 0] }], () => 0)).toContainEqual(["vmPaused", 4]);
});
