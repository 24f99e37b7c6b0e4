import { Command, CommanderError, Option } from "commander";
import { Fault } from "../base/fault.js";
import { addChangeCommands } from "./change-commands.js";
import { changer, client, collect, wholeNumber } from "./client-command.js";
import type { CommandContext, ExitCode } from "./command.js";
import { hostMix } from "./host-mix.js";
import { paint } from "./terminal.js";

/**
 * Runs one command. Commands are loaded when they are called, so that a small one starts quickly. Never throws.
 * @param words what follows the program's name
 */
export async function runCommandLine(words: readonly string[], context: CommandContext): Promise<ExitCode> {
  const { terminal } = context;
  let code: ExitCode = 0;
  const program = describeProgram(context, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    for (const line of explain(error)) terminal.err(line);
    return 1;
  }
}

/** A fault in words; a bug with its stack, so that it can be reported. */
function* explain(error: unknown): Generator<string> {
  if (error instanceof Fault) yield `virtgate: ${error.message}\n`;
  else
    yield `virtgate: this is a bug, please report it with these lines:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}

function describeProgram(context: CommandContext, end: (code: ExitCode) => void): Command {
  const { terminal } = context;
  const program = new Command("virtgate")
    .description("Reads hosts, machines and containers from libvirt and serves them to network management.")
    .version(context.version, "--version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) => write(`virtgate: ${text.replace(/^error: /, "")}`),
    })
    .configureHelp({ styleTitle: (text) => paint(terminal, "bold", text) })
    .showHelpAfterError('Try "virtgate help".')
    // Before the first command: each takes these settings over when it is made.
    .exitOverride();
  const run = (action: Promise<ExitCode>) => action.then(end);

  program
    .command("up")
    .description("serve: the configured hosts, else a local libvirt, else simulated hosts")
    .option("--config <file>", "configuration file")
    .option("--state <directory>", "where to keep what must survive")
    .option("--connect <uri>", "add a host by its libvirt URI, read-only; may be repeated", collect, [])
    .option("--allow-write", "let the hosts of --connect be changed")
    .option("--simulate", "serve simulated hosts, whatever is configured or found")
    .option("--ready-file <file>", "where to write the ready file (default: ready.json in the state directory)")
    .option("--record <file>", "write down what hosts are asked and tell, to play it again; no secrets")
    .option("--json", "print the ready file's content instead of the panel")
    .action((options) => run(import("./commands/up.js").then(({ up }) => up(options, context))));

  program
    .command("check")
    .description("validate the configuration, with line and column of each error")
    .option("--config <file>", "configuration file")
    .option("--sample", "print a sample configuration with every option")
    .option("--manual", "print the manual page virtgate.toml(5)")
    .option("--json", "print JSON")
    .action((options) => run(import("./commands/check.js").then(({ check }) => check(options, context))));

  client(program, "hosts")
    .description("list the hosts")
    .action((options) => run(import("./commands/hosts.js").then(({ hosts }) => hosts(options, context))));

  const host = program.command("host").description("add, remove and test hosts");
  client(host, "add")
    .description("look at a host and keep it; the running gateway serves it at once")
    .argument("<uri>", "libvirt URI, such as qemu+ssh://root@kvm1/system")
    .option("--name <name>", "its name (default: from the URI)")
    .option("--allow-write", "let its machines be changed")
    .option("--sasl-user <user>", "for a daemon that asks for a user and a password (SCRAM-SHA-256)")
    .option("--password-file <file>", "that password, which is copied; - asks for it or reads a line")
    .option("--ssh-password-file <file>", "password for SSH, likewise")
    .option("--passphrase-file <file>", "passphrase of the SSH key, likewise")
    .option("--ca-file <file>", "for TLS: authority of the host's certificate")
    .option("--cert-file <file>", "for TLS: the gateway's certificate")
    .option("--key-file <file>", "for TLS: its key")
    .option("--host-key <fingerprint>", "accept this key of an SSH server that is not known yet (SHA256:…)")
    .option("--untested", "do not connect first")
    .option("--dry-run", "change nothing, say what would be")
    .action((uri, options) =>
      run(import("./commands/host-add.js").then(({ hostAdd }) => hostAdd(uri, options, context))),
    );
  client(host, "remove")
    .description("forget a host that was added by command, and its secrets")
    .argument("<name>", "its name")
    .option("--dry-run", "change nothing, say what would be")
    .action((name, options) =>
      run(import("./commands/host-remove.js").then(({ hostRemove }) => hostRemove(name, options, context))),
    );
  client(host, "test")
    .description("connect to a host and say what it is and what can be read")
    .argument("<host>", "libvirt URI, or the name of a host")
    .option("--allow-write", "connect as for writing, when it is a URI")
    .option("--host-key <fingerprint>", "accept this key of an SSH server that is not known yet (SHA256:…)")
    .action((which, options) =>
      run(import("./commands/host-test.js").then(({ hostTest }) => hostTest(which, options, context))),
    );

  client(program, "machines")
    .description("list the machines")
    .option("--host <name>", "of one host only")
    .action((options) => run(import("./commands/machines.js").then(({ machines }) => machines(options, context))));

  for (const [action, description] of lifecycleCommands) {
    changer(program, action)
      .description(description)
      .argument("<machine>", "name or UUID, or HOST/ before either")
      .action((machine, options) =>
        run(import("./commands/lifecycle.js").then(({ lifecycle }) => lifecycle(action, machine, options, context))),
      );
  }

  addChangeCommands(program, context, run);

  const user = program.command("user").description("add, list and remove those who may ask the gateway for something");
  client(user, "add")
    .description("add a user; without a file he is given a password, which is asked for")
    .argument("<name>", "lower-case letters, digits and _.@-")
    .option("--group <group>", "what he may do: admin (everything), monitor (look); may be repeated", collect, [])
    .option("--password-file <file>", "his password, in a file that only you can read; - asks for it or reads a line")
    .option("--ssh-key-file <file>", "a public key of his (.pub); may be repeated", collect, [])
    .option("--certificate-file <file>", "a client certificate of his; may be repeated", collect, [])
    .option("--snmp-user <name>", "the SNMP user that acts for him")
    .option("--dry-run", "change nothing, say what would be done")
    .action((name, options) =>
      run(import("./commands/user-add.js").then(({ userAdd }) => userAdd(name, options, context))),
    );
  client(user, "list")
    .description("list the users")
    .action((options) => run(import("./commands/user-list.js").then(({ userList }) => userList(options, context))));
  client(user, "own")
    .description("give a machine to a user, who may then see it, start and stop it")
    .argument("<name>", "his name")
    .argument("<machine>", "name or UUID, or HOST/ before either")
    .option("--dry-run", "change nothing, say what would be done")
    .action((name, machine, options) =>
      run(import("./commands/user-own.js").then(({ userOwn }) => userOwn(machine, name, options, context))),
    );
  client(user, "disown")
    .description("take a machine from its owner")
    .argument("<machine>", "name or UUID, or HOST/ before either")
    .option("--dry-run", "change nothing, say what would be done")
    .action((machine, options) =>
      run(import("./commands/user-own.js").then(({ userOwn }) => userOwn(machine, undefined, options, context))),
    );
  client(user, "remove")
    .description("remove a user")
    .argument("<name>", "his name")
    .option("--dry-run", "change nothing, say what would be done")
    .action((name, options) =>
      run(import("./commands/user-remove.js").then(({ userRemove }) => userRemove(name, options, context))),
    );

  client(program, "audit")
    .description("show who changed what")
    .option("--limit <lines>", "the latest lines only", wholeNumber(1, 10_000), 50)
    .option("--verify", "check that all lines are as they were written")
    .action((options) => run(import("./commands/audit.js").then(({ audit }) => audit(options, context))));

  client(program, "show")
    .description("show one machine: its state, its devices and where SNMP has it; or one host and its computer")
    .argument("<machine>", "name or UUID, or HOST/ before either")
    .action((machine, options) =>
      run(import("./commands/show.js").then(({ show }) => show(machine, options, context))),
    );

  client(program, "top")
    .description("watch the busiest machines")
    .addOption(new Option("--sort <by>", "order").choices(["cpu", "memory", "disk", "net", "name"]).default("cpu"))
    .option("--limit <count>", "machines to show (default: as many as fit)", wholeNumber(1, 1000))
    .option("--interval <seconds>", "time between two looks", wholeNumber(1, 3600), 2)
    .option("--once", "print once and end")
    .action((options) => run(import("./commands/top.js").then(({ top }) => top(options, context))));

  client(program, "doctor")
    .description("check this computer and the running gateway, with a remedy for each finding")
    .action((options) => run(import("./commands/doctor.js").then(({ doctor }) => doctor(options, context))));

  program
    .command("simulate")
    .description("serve simulated libvirt hosts on unix sockets, as virsh and virtgate open them")
    .requiredOption("--socket <path>", "the socket; with several hosts a directory with 1.sock and on")
    .option("--hosts <count>", "how many hosts", wholeNumber(1, 1000), 1)
    .option("--machines <count>", "machines of each", wholeNumber(0, 100_000))
    .option("--seed <number>", "the same seed gives the same machines", wholeNumber(0, 4_294_967_295), 1)
    .option("--mix <kinds>", "what hosts take turns to be, such as kvm=14,lxc=4,xen,openvz", hostMix)
    .option("--life", "let machines start, stop and fail now and then")
    .option("--control <path>", "a socket that tells the truth and takes orders, a line of JSON each")
    .option("--json", "print JSON")
    .action((options) => run(import("./commands/simulate.js").then(({ simulate }) => simulate(options, context))));

  program
    .command("version")
    .description("print the version")
    .option("--json", "print JSON")
    .action((options) => run(import("./commands/version.js").then(({ version }) => version(options, context))));
  return program;
}

/** What machines can be asked for. */
const lifecycleCommands = [
  ["start", "start a machine"],
  ["shutdown", "ask a machine to shut down"],
  ["reboot", "ask a machine to restart"],
  ["reset", "restart a machine at once, as its button would"],
  ["suspend", "pause a machine; it stays in memory"],
  ["resume", "let a paused machine run on"],
  ["save", "put a machine's memory on disk and stop it"],
  ["restore", "let a saved machine run on"],
  ["destroy", "stop a machine at once, as pulling its plug would"],
] as const;
