/** A family of the Prometheus text format. */
export interface Family {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
}

/** A label set as it stands between braces, without them. */
export function labels(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(",");
}

export function heading({ name, type, help }: Family): string {
  return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`;
}

export function line(name: string, labelText: string, value: number | string): string {
  return labelText === "" ? `${name} ${value}\n` : `${name}{${labelText}} ${value}\n`;
}

/** A count of nanoseconds as seconds, exact to the last digit. */
export function secondsOf(ns: bigint): string {
  const whole = ns / 1_000_000_000n;
  const rest = (ns % 1_000_000_000n).toString().padStart(9, "0").replace(/0+$/, "");
  return rest === "" ? whole.toString() : `${whole}.${rest}`;
}

function escapeLabel(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n") : value;
}
