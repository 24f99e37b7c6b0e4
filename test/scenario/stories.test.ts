import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { expectAgreementWithTruth } from "../support/agree-with-truth.js";
import { isInstalled } from "../support/installed.js";
import { anyPorts, type RunningProgram, startProgram } from "../support/run-program.js";
import { type SimulatedWorld, startSimulatedWorld } from "../support/simulated-world.js";
import { expectOutputs } from "../support/story-outputs.js";
import { readHost } from "../support/worlds.js";

/**
 * Each folder here is a story in numbered steps: `world.json` says which hosts are simulated, `NN-input.jsonl` what is ordered of
 * them, `NN-output-*.txt` what the worlds then tell. What varies from run to run is not in those files but compared with the truth
 * after each step. With VIRTGATE_REWRITE=1 the outputs are written, to be reviewed as a difference.
 */
const folder = fileURLToPath(new URL(".", import.meta.url));

interface World {
  /** What the story is about. */
  readonly title: string;
  /** Options of `virtgate simulate`. */
  readonly simulate: readonly string[];
}

const stories = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() && existsSync(join(folder, entry.name, "world.json")) ? [entry.name] : [],
);

describe("a story told by orders", () => {
  for (const name of stories) {
    const { title, simulate } = JSON.parse(readFileSync(join(folder, name, "world.json"), "utf8")) as World;
    test(title, async ({ skip }) => {
      if (!isInstalled("snmpbulkwalk")) skip("snmpbulkwalk is not installed");
      const world = await startSimulatedWorld(simulate);
      const gateway = await startProgram({ configuration: configurationOf(world) });
      const names = world.hosts.map((host) => host.name);
      for (const step of stepsOf(name)) {
        for (const order of ordersOf(name, step)) await world.order(order);
        await expectOutputs(gateway, names, join(folder, name, step));
        await expectTruth(gateway, world);
      }
    });
  }

  test("there are stories of everything that the life of hosts and machines is made of", () => {
    expect(stories).toEqual(
      expect.arrayContaining([
        "boot",
        "clock-jump",
        "crash",
        "fill-up",
        "host-lost",
        "migration",
        "old-daemon",
        "stuck-machine",
      ]),
    );
  });
});

/** Hosts that are looked at often, so that stories are short. */
function configurationOf({ hosts }: SimulatedWorld): string {
  const pace = "state_interval_ms = 500\nstatistics_interval_ms = 1000\ncall_timeout_ms = 3000\n";
  return anyPorts + hosts.map(({ name, uri }) => `[[host]]\nname = "${name}"\nuri = "${uri}"\n${pace}`).join("");
}

function stepsOf(name: string): readonly string[] {
  const inputs = readdirSync(join(folder, name)).filter((file) => file.endsWith("-input.jsonl"));
  return inputs.map((file) => file.slice(0, 2)).sort();
}

function ordersOf(name: string, step: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = readFileSync(join(folder, name, `${step}-input.jsonl`), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** Of hosts that cannot be reached nobody can know the truth. */
async function expectTruth(gateway: RunningProgram, world: SimulatedWorld): Promise<void> {
  const up = new Set<string>();
  for (const { name } of world.hosts) if ((await readHost(gateway, name))?.link === "up") up.add(name);
  await expectAgreementWithTruth(gateway, world, (host) => up.has(host));
}
