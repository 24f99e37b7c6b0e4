import type { HistoryAnswer } from "../../agent/console/control-routes.js";
import { historySpans, type SeriesName } from "../../engine/history/series.js";
import { askGateway } from "../ask-gateway.js";
import { bytes, type Terminal } from "../terminal.js";
import { fact, heading } from "./fact-lines.js";
import { sparkline } from "./sparkline.js";

type Span = (typeof historySpans)[number];
type Histories = Readonly<Partial<Record<Span, NonNullable<HistoryAnswer["machines"][number]["history"]>>>>;

const WIDTH = 40;

const titles: Readonly<Record<Span, string>> = {
  "10m": "last 10 minutes",
  "24h": "last 24 hours",
  "30d": "last 30 days",
};

/** How each series is called and written. */
// biome-ignore format: read as a table
const rows: readonly (readonly [name: SeriesName, title: string, text: (value: number) => string])[] = [
  ["cpuPercent",         "cpu",      (value) => `${value.toFixed(1)} %`],
  ["memoryKiB",          "memory",   (value) => bytes(value * 1024)],
  ["diskReadBytesPerS",  "read",     (value) => `${bytes(value)}/s`],
  ["diskWriteBytesPerS", "written",  (value) => `${bytes(value)}/s`],
  ["receivedBytesPerS",  "received", (value) => `${bytes(value)}/s`],
  ["sentBytesPerS",      "sent",     (value) => `${bytes(value)}/s`],
];

/** What is remembered of one machine, in every span that has points. */
export async function askHistories(state: string, host: string, uuid: string): Promise<Histories> {
  const histories: Partial<Record<Span, NonNullable<HistoryAnswer["machines"][number]["history"]>>> = {};
  for (const span of historySpans) {
    const path = `/v1/history?name=${encodeURIComponent(`${host}/${uuid}`)}&span=${span}`;
    const history = (await askGateway<HistoryAnswer>(state, path)).machines[0]?.history;
    if (history && history.at.length > 0) histories[span] = history;
  }
  return histories;
}

/** A small picture of each series, with its mean and its highest point. */
export function* historyLines(terminal: Terminal, histories: Histories): Generator<string> {
  for (const span of historySpans) {
    const history = histories[span];
    if (!history) continue;
    yield heading(terminal, titles[span]);
    for (const [name, title, text] of rows) {
      const known = history.values[name].filter((value) => value !== null);
      if (known.length === 0) continue;
      const mean = known.reduce((total, value) => total + value, 0) / known.length;
      const picture = sparkline(history.values[name], WIDTH).padEnd(WIDTH);
      yield fact(title, `${picture} mean ${text(mean)}, most ${text(Math.max(...known))}`);
    }
  }
}
