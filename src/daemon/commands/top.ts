import type { ActivityAnswer, ActivityOrder } from "../../agent/console/control-routes.js";
import { reasonOf } from "../../base/fault.js";
import { askGateway, findStateDirectory } from "../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { bytes, type Column, json, paint, printable, type Terminal, table } from "../terminal.js";
import { stateColumn } from "./machines.js";
import { sparkline } from "./sparkline.js";

type Row = ActivityAnswer["machines"][number];

interface TopOptions extends ClientOptions {
  readonly sort: ActivityOrder;
  readonly limit?: number;
  readonly interval: number;
  readonly once?: true;
}

/** Characters of a picture of the last minutes. */
const PICTURE = 15;

const columns: readonly Column<Row>[] = [
  { title: "HOST", text: (row) => row.host },
  { title: "NAME", text: (row) => row.name },
  stateColumn,
  { title: "CPU %", align: "right", text: (row) => row.cpuPercent?.toFixed(1) ?? "-" },
  { title: "10 MINUTES", text: (row) => sparkline(row.recentCpu, PICTURE, 100).padStart(PICTURE) },
  { title: "VCPU", align: "right", text: (row) => String(row.vcpuCount ?? "-") },
  {
    title: "MEMORY",
    align: "right",
    text: (row) => bytes(row.memoryKiB === undefined ? undefined : row.memoryKiB * 1024),
  },
  { title: "READ/s", align: "right", text: (row) => bytes(row.diskReadBytesPerS) },
  { title: "WRITE/s", align: "right", text: (row) => bytes(row.diskWriteBytesPerS) },
  { title: "RECV/s", align: "right", text: (row) => bytes(row.receivedBytesPerS) },
  { title: "SENT/s", align: "right", text: (row) => bytes(row.sentBytesPerS) },
];

/** Lines above the table: summary, blank, titles; and one below, where the cursor rests. */
const FRAME_LINES = 4;

/** The busiest machines, redrawn until `q` or Ctrl-C on a screen; once with `--once`, `--json` or into a pipe. */
export async function top(options: TopOptions, { terminal, env }: CommandContext): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const look = (limit: number) => askGateway<ActivityAnswer>(state, `/v1/activity?sort=${options.sort}&limit=${limit}`);
  if (options.json) {
    terminal.out(json(await look(options.limit ?? 1_000)));
    return 0;
  }
  if (options.once || !terminal.interactive) {
    terminal.out(screen(terminal, await look(options.limit ?? 1_000)));
    return 0;
  }
  let last = await look(options.limit ?? fitting(terminal)); // what fails here fails before the screen is taken
  const keys = listenForEnd();
  terminal.out("\u001b[?1049h\u001b[?25l"); // the second screen, no cursor
  try {
    let trouble: string | undefined;
    terminal.out(frame(terminal, last, trouble));
    while (!(await keys.ended(options.interval * 1000))) {
      try {
        last = await look(options.limit ?? fitting(terminal));
        trouble = undefined;
      } catch (error) {
        trouble = reasonOf(error);
      }
      terminal.out(frame(terminal, last, trouble));
    }
  } finally {
    terminal.out("\u001b[?25h\u001b[?1049l");
    keys.close();
  }
  return 0;
}

/** The screen drawn anew from its upper left corner. */
function frame(terminal: Terminal, answer: ActivityAnswer, trouble: string | undefined): string {
  const shown = { ...answer, machines: answer.machines.slice(0, fitting(terminal)) };
  const notice = trouble === undefined ? "" : paint(terminal, "red", printable(trouble.split("\n", 1)[0] ?? ""));
  return `\u001b[H\u001b[J${fold(terminal, screen(terminal, shown))}${notice}`;
}

function screen(terminal: Terminal, answer: ActivityAnswer): string {
  const { hosts, running, total } = answer;
  return `${hosts.up} of ${hosts.total} hosts answer, ${running} of ${total} machines run\n\n${table(terminal, columns, answer.machines)}`;
}

function fitting(terminal: Terminal): number {
  return Math.max(1, Math.min(1_000, terminal.size().rows - FRAME_LINES));
}

/** Cuts lines at the edge of the screen, so that one line stays one. */
function fold(terminal: Terminal, text: string): string {
  const { columns: width } = terminal.size();
  return text
    .split("\n")
    .map((line) => (Number.isFinite(width) ? cut(line, width) : line))
    .join("\n");
}

/** The first `width` visible characters, with all colour codes. */
function cut(line: string, width: number): string {
  let room = width;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with one
  return line.replace(/(\u001b\[[\d;]*m)|./gu, (character, code: string | undefined) => {
    if (code !== undefined) return code;
    room -= 1;
    return room >= 0 ? character : "";
  });
}

/** Waits for `q`, Ctrl-C or a signal. */
function listenForEnd(): { ended(withinMs: number): Promise<boolean>; close(): void } {
  const { stdin } = process;
  let over = false;
  let wake = (): void => {};
  const end = () => {
    over = true;
    wake();
  };
  const onKeys = (keys: Buffer) => {
    if (keys.includes("q") || keys.includes("\u0003")) end();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.once(signal, end);
  if (stdin.isTTY) {
    stdin.setRawMode(true);
    stdin.on("data", onKeys);
  }
  return {
    ended: (withinMs) =>
      new Promise((resolve) => {
        if (over) resolve(true);
        const timer = setTimeout(() => resolve(over), withinMs);
        wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
      }),
    close() {
      for (const signal of signals) process.removeListener(signal, end);
      if (!stdin.isTTY) return;
      stdin.setRawMode(false);
      stdin.removeListener("data", onKeys);
      stdin.pause();
    },
  };
}
