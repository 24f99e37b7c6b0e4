import { attribute, child, childElements } from "../../codec/xml/element.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { ServerStream } from "../../protocol/libvirt/server-stream.js";
import type { OpenedStream } from "../../protocol/libvirt/stream-calls.js";
import type { HostState } from "../host/host-state.js";
import { invalidArgument, requireRun } from "../host/refusals.js";
import type { DomainReference, MachineRun } from "../machine/simulated-machine.js";

/** Takes the console from whoever has it. */
const FORCE = 1;

/** The longest line that the guest's getty keeps. */
const LONGEST_LINE = 256;

interface ConsoleRequest {
  readonly dom: DomainReference;
  /** Alias of the device; the first console or serial line when absent. */
  readonly devName?: string | undefined;
  readonly flags: number;
}

/**
 * Opens a guest's console: its greeting, and a login that lets nobody in.
 * @throws {Fault} for libvirt's errors: it is off, it has no such device, somebody has it already
 */
export function openConsole(
  { registry, profile }: HostState,
  { dom, devName, flags }: ConsoleRequest,
): OpenedStream<"domainOpenConsole"> {
  const machine = registry.require(dom);
  const run = requireRun(machine, profile);
  if (!hasConsole(run, devName)) {
    if (devName !== undefined) throw invalidArgument(profile, `can't find console device '${devName}'`);
    throw libvirtFault("INTERNAL_ERROR", "internal error: cannot find default console device", profile.errorDomain);
  }
  if (run.console !== undefined && (flags & FORCE) === 0) {
    const message = "operation failed: Active console session exists for this domain";
    throw libvirtFault("OPERATION_FAILED", message, profile.errorDomain);
  }
  run.console?.end();
  const seat = new ConsoleSeat();
  run.console = seat;
  return {
    result: {},
    async serve(stream) {
      try {
        await serveGetty(machine.name, stream, seat);
      } finally {
        if (run.console === seat) run.console = undefined;
      }
    },
  };
}

/** Somebody's hold of a console. */
class ConsoleSeat {
  /** Resolves when he has to leave it: somebody else takes it, or the guest is gone. */
  readonly left: Promise<undefined>;
  end: () => void = () => {};

  constructor() {
    this.left = new Promise((resolve) => {
      this.end = () => resolve(undefined);
    });
  }
}

/** Consoles are called after their kind and number, as libvirt does. */
function hasConsole({ definition }: MachineRun, devName: string | undefined): boolean {
  const devices = child(definition.tree(), "devices");
  if (!devices) return false;
  const aliases = ["console", "serial"].flatMap((kind) =>
    childElements(devices, kind)
      .filter((one) => attribute(one, "type") === "pty")
      .map((_, number) => `${kind}${number}`),
  );
  return devName === undefined ? aliases.length > 0 : aliases.includes(devName);
}

/** A getty: shows who it is, echoes what is typed, and refuses every name. */
async function serveGetty(name: string, stream: ServerStream, { left }: ConsoleSeat): Promise<void> {
  let line = "";
  for (;;) {
    const piece = await Promise.race([stream.read(), left]);
    if (piece === undefined) return;
    if (piece.kind === "hole") continue;
    let said = "";
    for (const character of piece.octets.toString("latin1")) {
      if (character !== "\r" && character !== "\n") {
        line = (line + character).slice(-LONGEST_LINE);
        said += character;
        continue;
      }
      said += line === "" ? `\r\n\r\n${name} login: ` : `\r\nLogin incorrect\r\n${name} login: `;
      line = "";
    }
    await stream.write(Buffer.from(said, "latin1"));
  }
}
