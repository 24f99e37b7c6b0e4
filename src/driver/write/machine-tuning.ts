import type { HypervisorMachines } from "../../inventory/hypervisor-machines.js";
import type { MachineTuning } from "../../inventory/tuning.js";
import { readDomain } from "../../protocol/libvirt/document/domain.js";
import { changeDomain } from "../../protocol/libvirt/document/domain-edit.js";
import { domainText, domainTextToDefine, liveDomainText, previewOf } from "./document-reading.js";
import { lookUp } from "./domain-call.js";
import { readInForce, settingOperations, tuneLive } from "./live-tuning.js";
import { define } from "./machine-definition.js";
import { factsOf, tuningOf } from "./tuning-facts.js";
import type { Writer } from "./writer.js";

type MachineTuner = Pick<HypervisorMachines, "readTuning" | "tune" | "previewTuning">;

/** Memory, processors and limits: in the present run by libvirt's calls, for the next start in the machine's description. */
export function machineTuning(writer: Writer): MachineTuner {
  return {
    readTuning: (uuid, scope, limit) =>
      writer.ask(limit, async (calls): Promise<MachineTuning> => {
        if (scope === "config") return tuningOf(readDomain(await domainText(calls, uuid)));
        const tuning = tuningOf(readDomain(await liveDomainText(calls, uuid)));
        const { cpu, ...weight } = await readInForce(calls, await lookUp(calls, uuid));
        const { cpuLimits } = tuning;
        return { ...tuning, ...weight, ...(cpuLimits && { cpuLimits: { ...cpuLimits, ...cpu } }) };
      }),

    tune: async (uuid, tuning, scope, limit) => {
      const operations = operationsOf(tuning);
      for (const operation of operations) writer.require(operation, scope);
      const [operation] = operations;
      if (operation === undefined) return;
      await writer.undertake({ operation, scope, limit }, async (calls) => {
        if (scope === "live") return tuneLive(writer, calls, await lookUp(calls, uuid), tuning);
        const text = await domainTextToDefine(calls, uuid);
        await define(calls, changeDomain(text, factsOf(tuning, readDomain(text))));
      });
    },

    previewTuning: (uuid, tuning, limit) =>
      writer.ask(limit, async (calls) => {
        const before = await domainText(calls, uuid);
        return previewOf(before, changeDomain(before, factsOf(tuning, readDomain(before))));
      }),
  };
}

function operationsOf(tuning: MachineTuning) {
  const given = Object.keys(settingOperations) as (keyof MachineTuning)[];
  return given.filter((setting) => tuning[setting] !== undefined).map((setting) => settingOperations[setting]);
}
