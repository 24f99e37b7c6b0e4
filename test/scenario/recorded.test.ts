import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { listenUnix } from "../../src/transport/unix.js";
import { isInstalled } from "../support/installed.js";
import { RecordedHost, recordedLines } from "../support/recorded-host.js";
import { anyPorts, startProgram } from "../support/run-program.js";
import { expectOutputs } from "../support/story-outputs.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/**
 * Folders with `NN-input-libvirt.jsonl` are stories that were recorded by `virtgate up --record` from real daemons: what they were
 * asked, answered and told, step by step. They are played to a gateway, and what it tells must be what it told then.
 */
const folder = fileURLToPath(new URL(".", import.meta.url));

const recordings = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
  if (!entry.isDirectory()) return [];
  const steps = readdirSync(join(folder, entry.name)).filter((file) => file.endsWith("-input-libvirt.jsonl"));
  return steps.length > 0 ? [{ name: entry.name, steps: steps.map((file) => file.slice(0, 2)).sort() }] : [];
});

describe("a story recorded from a real daemon", () => {
  test("is there", () => expect(recordings.length).toBeGreaterThan(0));

  for (const { name, steps } of recordings) {
    test(`plays as it was: ${name}`, async ({ skip }) => {
      if (!isInstalled("snmpbulkwalk")) skip("snmpbulkwalk is not installed");
      const host = new RecordedHost(systemClock);
      const path = join(temporaryFolder(), "s");
      const server = await listenUnix(path, (channel) => host.serve(channel));
      onTestFinished(async () => {
        host.stop();
        await server.close();
      });
      const linesOf = (step: string) =>
        recordedLines(readFileSync(join(folder, name, `${step}-input-libvirt.jsonl`), "utf8"));
      const [first = ""] = steps;
      host.play(linesOf(first));
      const uri = `test+unix:///default?socket=${path}`;
      const configuration = `${anyPorts}[[host]]\nname = "far"\nuri = "${uri}"\nstate_interval_ms = 500\n`;
      const gateway = await startProgram({ configuration });
      for (const step of steps) {
        if (step !== first) host.play(linesOf(step));
        await expectOutputs(gateway, ["far"], join(folder, name, step));
      }
    });
  }
});
