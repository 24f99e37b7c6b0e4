import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { TypedParameter } from "../../protocol/libvirt/typed-parameter.js";
import type { HostState } from "../host/host-state.js";
import { invalidArgument } from "../host/refusals.js";
import { DomainState } from "../life/domain-state.js";
import { documentText, type MachineDefinition } from "../machine/machine-definition.js";
import { readDefinition } from "../machine/read-definition.js";
import type { SavedMachine } from "../machine/saved-machine.js";
import type { DomainReference } from "../machine/simulated-machine.js";

const SAVE_RUNNING = 2;
const SAVE_PAUSED = 4;

/** Files that one host's machines were saved to, at most. */
const MOST_FILES = 10_000;

/** Another document than the machine has, and how it is to go on. */
interface FileArguments {
  readonly dxml?: string | undefined;
  readonly flags?: number;
}

/** Saving machines to files and bringing them back. */
export function saveCalls(host: HostState): CallHandlers {
  const { registry, profile, life, catalog, node, savedFiles } = host;

  const required = (path: string): SavedMachine => {
    const saved = savedFiles.get(path);
    if (saved) return saved;
    const message = `Failed to open file '${path}': No such file or directory`;
    throw libvirtFault("SYSTEM_ERROR", message, profile.errorDomain);
  };
  const pausedBy = (flags: number, before: boolean): boolean => {
    if ((flags & SAVE_RUNNING) !== 0) return false;
    return (flags & SAVE_PAUSED) !== 0 || before;
  };
  const read = (xml: string | undefined, fallback: MachineDefinition): MachineDefinition =>
    xml === undefined || xml === "" ? fallback : readDefinition(xml, profile, node.random);
  const save = ({ dom, to, dxml, flags = 0 }: FileArguments & { dom: DomainReference; to: string }) => {
    const machine = registry.require(dom);
    if (!savedFiles.has(to) && savedFiles.size >= MOST_FILES) {
      throw libvirtFault("SYSTEM_ERROR", `unable to create '${to}': No space left on device`, profile.errorDomain);
    }
    const saved = { definition: read(dxml, machine.current), paused: machine.condition.state === DomainState.paused };
    life.save(machine);
    savedFiles.set(to, { ...saved, paused: pausedBy(flags, saved.paused) });
    return {};
  };
  const restore = ({ from, dxml, flags = 0 }: FileArguments & { from: string }) => {
    const saved = required(from);
    registry.learn(catalog.restore(read(dxml, saved.definition), pausedBy(flags, saved.paused)));
    return {};
  };

  return {
    domainSave: save,
    domainSaveFlags: save,
    domainSaveParams: ({ dom, params, flags }) => save({ dom, ...fileAndXml(params, "to"), flags }),
    domainRestore: restore,
    domainRestoreFlags: restore,
    domainRestoreParams: ({ params, flags }) => restore({ ...fileAndXml(params, "from"), flags }),
    domainSaveImageGetXmlDesc: ({ file }) => ({ xml: documentText(required(file).definition.tree()) }),
    domainSaveImageDefineXml({ file, dxml, flags }) {
      const saved = required(file);
      savedFiles.set(file, { definition: read(dxml, saved.definition), paused: pausedBy(flags, saved.paused) });
      return {};
    },
  };

  function fileAndXml<K extends "to" | "from">(params: readonly TypedParameter[], key: K) {
    const textOf = (field: string): string | undefined =>
      params.flatMap((one) => (one.field === field && one.type === "string" ? [one.value] : []))[0];
    const file = textOf("file");
    if (file === undefined) throw invalidArgument(profile, "missing file to save to or to restore from");
    const dxml = textOf("dxml");
    return { [key]: file, ...(dxml !== undefined && { dxml }) } as Record<K, string> & { dxml?: string };
  }
}
