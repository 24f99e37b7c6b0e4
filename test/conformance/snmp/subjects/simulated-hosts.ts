import { join } from "node:path";
import { systemClock } from "../../../../src/base/clock.js";
import { ClientSession } from "../../../../src/protocol/libvirt/client-session.js";
import type { ArgsOf, CallName, ResultOf } from "../../../../src/protocol/libvirt/procedures.js";
import { unixDialer } from "../../../../src/transport/unix.js";
import type { Control } from "../subject.js";
import { type Program, startProgram, until } from "./processes.js";

/** The life of the machines of one simulated host, through the protocol that it is read by. */
export interface SimulatedHosts extends Pick<Control, "machine" | "churn" | "act" | "burst"> {
  readonly hosts: readonly { readonly name: string; readonly uri: string; readonly socket: string }[];
  close(): Promise<void>;
}

/** Starts `virtgate simulate` with a host of virtual machines and one of containers. @param main the program's file */
export async function startSimulatedHosts(main: string, folder: string): Promise<SimulatedHosts> {
  const socket = join(folder, "hosts");
  const words = ["simulate", "--socket", socket, "--mix", "kvm,lxc", "--hosts", "2", "--machines", "12", "--json"];
  const simulator = startProgram(process.execPath, [main, ...words]);
  try {
    const { hosts } = await until("the simulated hosts", () => whole(simulator), simulator);
    const call = await connect(hosts[0]?.socket ?? socket);
    const machine = await someMachine(call);
    const dom = async () => (await call("domainLookupByName", { name: machine })).dom;
    return {
      hosts,
      machine,
      churn: () => churn(call),
      async act(action) {
        if (action === "suspend") await call("domainSuspend", { dom: await dom() });
        else if (action === "resume") await call("domainResume", { dom: await dom() });
        else if (action === "destroy") await call("domainDestroyFlags", { dom: await dom(), flags: 0 });
        else await call("domainCreateWithFlags", { dom: await dom(), flags: 0 });
      },
      async burst(count) {
        const one = await dom();
        const calls = Array.from({ length: count }, (_, i) =>
          call(i % 2 === 0 ? "domainSuspend" : "domainResume", { dom: one }),
        );
        await Promise.all(calls);
      },
      close: () => simulator.end("SIGTERM"),
    };
  } catch (error) {
    await simulator.end("SIGKILL");
    throw error;
  }
}

/** What the simulator prints when all of its hosts listen. */
function whole(simulator: Program): { readonly hosts: SimulatedHosts["hosts"] } | undefined {
  return simulator.out().endsWith("}\n") ? JSON.parse(simulator.out()) : undefined;
}

type Call = <N extends CallName>(name: N, args: ArgsOf<N>) => Promise<ResultOf<N>>;

async function connect(socket: string): Promise<Call> {
  const session = new ClientSession(await unixDialer(socket).dial(60_000), systemClock, { maximumWaiting: 10_000 });
  const call: Call = (name, args) => session.call(name, args, { deadlineMs: 60_000 });
  await call("authList", {});
  await call("connectOpen", { name: "qemu:///system", flags: 0 });
  return call;
}

/** A machine that runs, and that nobody's scripted life touches. */
async function someMachine(call: Call): Promise<string> {
  const { domains } = await call("connectListAllDomains", { needResults: 1, flags: 1 | 16 });
  if (domains[0] === undefined) throw new Error("no machine runs");
  return domains[0].name;
}

/** Defines and undefines machines, a hundred times a second if the host takes it. */
function churn(call: Call): () => Promise<number> {
  let isOver = false;
  let changes = 0;
  const work = async (): Promise<void> => {
    for (let i = 0; !isOver; i++) {
      const uuid = `00000000-0000-4000-9000-${String(i % 50).padStart(12, "0")}`;
      const xml = `<domain type='kvm'><name>churn-${i % 50}</name><uuid>${uuid}</uuid><memory unit='KiB'>1048576</memory><vcpu>1</vcpu><os><type arch='x86_64'>hvm</type></os></domain>`;
      const { dom } = await call("domainDefineXml", { xml });
      await call("domainUndefineFlags", { dom, flags: 0 });
      changes += 2;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const done = work();
  return async () => {
    isOver = true;
    await done;
    return changes;
  };
}
