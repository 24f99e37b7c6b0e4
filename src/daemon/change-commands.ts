import { type Command, Option } from "commander";
import { changer, client, wholeNumber } from "./client-command.js";
import type { CommandContext, ExitCode } from "./command.js";
import { scopeChoices } from "./commands/change/scope.js";

/** Carries a command out and keeps its exit code. */
export type Run = (action: Promise<ExitCode>) => Promise<void>;

const MACHINE = "name or UUID, or HOST/ before either";
const POOL = "its name, or HOST/ before it";

/** The commands that change what machines, computers and their stores are. */
export function addChangeCommands(program: Command, context: CommandContext, run: Run): void {
  addMachineCommands(program, context, run);
  addSnapshotCommands(program, context, run);
  addVolumeCommands(program, context, run);
  for (const kind of ["pool", "network"] as const) addSharedCommands(kind, program, context, run);
  addJobCommands(program, context, run);
}

function addMachineCommands(program: Command, context: CommandContext, run: Run): void {
  const machine = () => import("./commands/change/machine.js");
  changer(program, "define")
    .description("define a machine, or define it anew, from libvirt's XML")
    .argument("<file>", "its description; - for standard input")
    .option("--host <name>", "where (default: the only host that may be changed)")
    .option("--autostart", "start it with its host")
    .option("--start", "start it now")
    .action((file, options) => run(machine().then(({ defineMachine }) => defineMachine(file, options, context))));
  changer(program, "undefine")
    .description("forget a machine; its disks stay")
    .argument("<machine>", MACHINE)
    .option("--with-state", "with what would forbid it: saved memory, snapshots' descriptions, firmware variables")
    .action((which, options) => run(machine().then(({ undefineMachine }) => undefineMachine(which, options, context))));
  changer(program, "autostart")
    .description("start a machine with its host")
    .argument("<machine>", MACHINE)
    .option("--off", "no longer")
    .action((which, options) =>
      run(machine().then(({ autostartMachine }) => autostartMachine(which, options, context))),
    );
  scoped(changer(program, "tune"))
    .description("set what a machine has and may use; a wrong KEY lists them all")
    .argument("<machine>", MACHINE)
    .argument("<settings...>", "KEY=VALUE, such as memory=2G vcpus=4 cpu-quota=50000 disk.vda.read-bytes=10M")
    .action((which, settings, options) =>
      run(
        import("./commands/change/tune.js").then(({ tuneMachine }) => tuneMachine(which, settings, options, context)),
      ),
    );
  for (const [verb, description, what] of [
    ["attach", "plug devices into a machine, all or none", "a file with its element, such as <disk>…</disk>"],
    ["detach", "take devices out of a machine, all or none", "a disk's target, an interface's MAC address, or a file"],
    ["update", "change devices of a machine, all or none", "a file with its element as it is to be"],
  ] as const) {
    scoped(changer(program, verb))
      .description(description)
      .argument("<machine>", MACHINE)
      .argument("<devices...>", what)
      .action((which, devices, options) =>
        run(
          import("./commands/change/device.js").then(({ changeDevices }) =>
            changeDevices(verb, which, devices, options, context),
          ),
        ),
      );
  }
  changer(program, "migrate")
    .description("move a machine to another host, while it runs or while it is off")
    .argument("<machine>", MACHINE)
    .argument("<host>", "where to")
    .option("--destination-uri <uri>", "that host, as this host's daemon reaches it (default: the gateway's URI)")
    .option("--data-uri <uri>", "where the memory goes, such as tcp://10.0.0.2")
    .option("--transient", "leave it defined here, and there only as long as it runs")
    .option("--bandwidth <MiB/s>", "at most", wholeNumber(1, 1_000_000))
    .option("--copy-storage", "copy disks that both hosts do not share")
    .action((which, host, options) =>
      run(import("./commands/change/migrate.js").then(({ migrate }) => migrate(which, host, options, context))),
    );
}

function addSnapshotCommands(program: Command, context: CommandContext, run: Run): void {
  const load = () => import("./commands/change/snapshot.js");
  const snapshot = program.command("snapshot").description("snapshots of machines");
  client(snapshot, "list")
    .description("list the snapshots of a machine")
    .argument("<machine>", MACHINE)
    .action((which, options) => run(load().then(({ listSnapshots }) => listSnapshots(which, options, context))));
  const change = (verb: "create" | "revert" | "delete") =>
    changer(snapshot, verb)
      .argument("<machine>", MACHINE)
      .argument("<snapshot>", "its name")
      .action((which, name, options) =>
        run(load().then(({ changeSnapshot }) => changeSnapshot(verb, which, name, options, context))),
      );
  change("create")
    .description("make one")
    .option("--description <text>", "what it is for")
    .option("--disk-only", "of the disks, without the memory");
  change("revert").description("bring a machine back to one");
  change("delete").description("delete one");
}

function addVolumeCommands(program: Command, context: CommandContext, run: Run): void {
  const load = () => import("./commands/change/volume.js");
  const transfer = () => import("./commands/change/volume-transfer.js");
  const volume = program.command("volume").description("volumes of storage pools");
  const on = (command: Command) => command.argument("<pool>", POOL);
  const named = (command: Command) => on(command).argument("<volume>", "its name");
  on(client(volume, "list"))
    .description("list the volumes of a pool")
    .action((pool, options) => run(load().then(({ listVolumes }) => listVolumes(pool, options, context))));
  named(changer(volume, "create"))
    .description("make one")
    .argument("<size>", "such as 10G")
    .option("--format <format>", "such as qcow2 (default: the pool's usual one)")
    .option("--backing <path>", "an image that it only stores differences to")
    .option("--backing-format <format>", "that image's format")
    .action((pool, name, size, options) =>
      run(load().then(({ createVolume }) => createVolume(pool, name, size, options, context))),
    );
  on(changer(volume, "clone"))
    .description("copy one whole")
    .argument("<source>", "the one to copy")
    .argument("<volume>", "the copy's name")
    .action((pool, source, name, options) =>
      run(load().then(({ cloneVolume }) => cloneVolume(pool, source, name, options, context))),
    );
  named(changer(volume, "resize"))
    .description("make one larger")
    .argument("<size>", "such as 20G")
    .option("--shrink", "or smaller: what is at its end is lost")
    .action((pool, name, size, options) =>
      run(load().then(({ resizeVolume }) => resizeVolume(pool, name, size, options, context))),
    );
  named(changer(volume, "delete"))
    .description("delete one, and what is in it")
    .action((pool, name, options) =>
      run(load().then(({ deleteVolume }) => deleteVolume(pool, name, options, context))),
    );
  named(changer(volume, "upload"))
    .description("write a file into one, octet by octet")
    .argument("<file>", "what to write; - for standard input")
    .option("--create", "into a new one of the file's size, which is gone again when it fails")
    .option("--size <size>", "how large the new one is (default: as the file)")
    .option("--sparse", "leave out stretches of zeros")
    .action((pool, name, file, options) =>
      run(transfer().then(({ uploadVolume }) => uploadVolume(pool, name, file, options, context))),
    );
  named(changer(volume, "download"))
    .description("write the content of one into a new file")
    .argument("<file>", "the file; - for standard output")
    .option("--sparse", "leave out what the volume has no blocks for")
    .action((pool, name, file, options) =>
      run(transfer().then(({ downloadVolume }) => downloadVolume(pool, name, file, options, context))),
    );
}

function addSharedCommands(kind: "pool" | "network", program: Command, context: CommandContext, run: Run): void {
  const load = () => import("./commands/change/shared.js");
  const what = kind === "pool" ? "storage pool" : "virtual network";
  const group = program.command(kind).description(`${what}s`);
  const named = (verb: string) => changer(group, verb).argument(`<${kind}>`, POOL);
  client(group, "list")
    .description(`list the ${what}s`)
    .action((options) => run(load().then(({ listShared }) => listShared(kind, options, context))));
  const define = changer(group, "define")
    .description("define one, or define it anew, from libvirt's XML")
    .argument("<file>", "its description; - for standard input")
    .option("--host <name>", "through which host (default: the only one that may be changed)")
    .option("--autostart", "start it with its computer")
    .option("--start", "start it now")
    .action((file, options) => run(load().then(({ defineShared }) => defineShared(kind, file, options, context))));
  for (const [verb, description] of [
    ["start", "start one"],
    ["stop", "stop one"],
    ["undefine", "forget one that is stopped"],
  ] as const) {
    named(verb)
      .description(description)
      .action((name, options) =>
        run(load().then(({ changeShared }) => changeShared(kind, verb, name, options, context))),
      );
  }
  named("autostart")
    .description("start one with its computer")
    .option("--off", "no longer")
    .action((name, options) =>
      run(load().then(({ autostartShared }) => autostartShared(kind, name, options, context))),
    );
  if (kind === "network") return;
  define.option("--build", "make what it lies on, such as its folder");
  for (const [verb, description] of [
    ["build", "make what one lies on, such as its folder"],
    ["refresh", "look anew at what one has"],
  ] as const) {
    named(verb)
      .description(description)
      .action((name, options) => run(load().then(({ tendPool }) => tendPool(verb, name, options, context))));
  }
}

function addJobCommands(program: Command, context: CommandContext, run: Run): void {
  const load = () => import("./commands/job.js");
  const job = program.command("job").description("changes that go on");
  client(job, "list")
    .description("list the changes that go on")
    .option("--all", "and the latest that ended")
    .action((options) => run(load().then(({ listJobs }) => listJobs(options, context))));
  for (const [verb, description] of [
    ["cancel", "have one taken back"],
    ["give-up", "leave one as it is that waits for its host"],
  ] as const) {
    changer(job, verb)
      .description(description)
      .argument("<job>", "as job list shows it")
      .action((id, options) => run(load().then(({ endJob }) => endJob(verb, id, options, context))));
  }
}

/** Settings exist twice while a machine runs. */
function scoped(command: Command): Command {
  const help = "of the present run, of its next start, or both (default: what it has)";
  return command.addOption(new Option("--scope <scope>", help).choices([...scopeChoices]));
}
