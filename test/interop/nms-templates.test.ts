import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { sensors } from "../../packaging/nms/generate/librenms.js";
import { oldSnmpExporterConfig } from "../../packaging/nms/generate/snmp-exporter.js";
import { type ZabbixItem, zabbixTemplate } from "../../packaging/nms/generate/zabbix.js";
import { isInstalled } from "../support/installed.js";
import { anyPorts, type RunningProgram, run, start, startProgram, until } from "../support/run-program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const VM_NAME = "1.3.6.1.2.1.236.1.4.1.2";
const VM_OPER_STATE = "1.3.6.1.2.1.236.1.4.1.6";
const configuration = `${anyPorts}[[snmp.community]]\nname = "change-me"\n`;

/** A gateway over one simulated host, whose default context is that host; or over one of each kind, whose machines are all in it. */
function gateway({ hosts, machines } = { hosts: 1, machines: 30 }): Promise<RunningProgram> {
  const simulated = `[simulate]\nhosts = ${hosts}\nmachines = ${machines}\n`;
  return startProgram({ configuration: configuration + simulated });
}

function addressOf({ ready }: RunningProgram): string {
  return `${ready.snmp?.address}:${ready.snmp?.port}`;
}

/** What Net-SNMP prints of a subtree, as products see it: values by OID. */
async function walk(program: RunningProgram, oid: string): Promise<ReadonlyMap<string, string>> {
  const words = ["-v2c", "-c", "change-me", "-r", "3", "-t", "20", "-m", "", "-On", "-Oe", addressOf(program), oid];
  const { code, out, err } = await run(oid.endsWith(".0") ? "snmpget" : "snmpbulkwalk", words);
  if (code !== 0) throw new Error(err);
  const lines = out.split("\n").flatMap((line) => {
    const cut = line.indexOf(" = ");
    return cut > 0 && !/ = No (more|Such)/.test(line) ? [[line.slice(1, cut), line.slice(cut + 3)] as const] : [];
  });
  return new Map(lines);
}

/** Waits until statistics and documents of all machines have been read: the last column has all its rows. */
function settled(program: RunningProgram): Promise<unknown> {
  return until("all machines' figures", async () => {
    const names = await walk(program, VM_NAME);
    const sizes = await walk(program, "1.3.6.1.2.1.236.1.7.1.15");
    const machines = new Set([...sizes.keys()].map((oid) => oid.split(".").at(-2)));
    return names.size >= 30 && machines.size > 2 ? true : undefined;
  });
}

describe("Zabbix's template", () => {
  /** What `walk[]` gives, the subtrees one after the other. */
  async function walked(program: RunningProgram, { snmp_oid = "" }: ZabbixItem): Promise<ReadonlyMap<string, string>> {
    const oids = /^(?:walk|get)\[(.*)\]$/.exec(snmp_oid)?.[1]?.split(",") ?? [];
    const parts = await Promise.all(oids.map((oid) => walk(program, oid)));
    return new Map(parts.flatMap((part) => [...part]));
  }

  /** The rows that a rule discovers in a walk. */
  function discovered(
    { preprocessing = [] }: ZabbixItem,
    values: ReadonlyMap<string, string>,
  ): readonly Record<string, string>[] {
    let rows: Record<string, string>[] = [];
    for (const { type, parameters } of preprocessing) {
      if (type === "SNMP_WALK_TO_JSON") {
        const found = new Map<string, Record<string, string>>();
        for (let at = 0; at < parameters.length; at += 3) {
          const [macro = "", oid = ""] = parameters.slice(at);
          for (const [name, value] of values) {
            if (!name.startsWith(`${oid}.`)) continue;
            const index = name.slice(oid.length + 1);
            const text = value.replace(/^[\w-]+: /, "").replaceAll('"', "");
            found.set(index, { ...(found.get(index) ?? { "{#SNMPINDEX}": index }), [macro]: text });
          }
        }
        rows = [...found.values()];
      } else {
        const script = `(function (value) { ${parameters[0]} })(input)`;
        rows = JSON.parse(runInNewContext(script, { input: JSON.stringify(rows) })) as Record<string, string>[];
      }
    }
    return rows;
  }

  test("finds every value that it asks for in a running agent", async (context) => {
    if (!isInstalled("snmpbulkwalk")) context.skip("snmpbulkwalk is not installed");
    const program = await gateway();
    await settled(program);
    const names = new Set(
      [...(await walk(program, VM_NAME)).values()].map((text) => text.replace(/^STRING: "(.*)"$/, "$1")),
    );
    const { items, discovery_rules } = zabbixTemplate();
    const answers = new Map<string, ReadonlyMap<string, string>>();
    for (const item of items) {
      const found = await walked(program, item);
      expect([item.key, found.size > 0]).toEqual([item.key, true]);
      answers.set(item.key, found);
    }
    for (const rule of discovery_rules) {
      const values = answers.get(rule.master_item?.key ?? "") ?? new Map<string, string>();
      const rows = discovered(rule, values);
      expect([rule.key, rows.length > 0]).toEqual([rule.key, true]);
      for (const row of rows) expect(names).toContain(row["{#VMNAME}"]);
      for (const item of rule.item_prototypes) {
        const [step] = item.preprocessing ?? [];
        if (step?.type !== "SNMP_WALK_VALUE") continue;
        const wanted = rows.map((row) => step.parameters[0]?.replace("{#SNMPINDEX}", row["{#SNMPINDEX}"] ?? "") ?? "");
        expect([item.key, wanted.some((oid) => values.has(oid))]).toEqual([item.key, true]);
      }
    }
  });

  test("has keys of its own, and masters that exist", () => {
    const { items, discovery_rules } = zabbixTemplate();
    const prototypes = discovery_rules.flatMap(({ item_prototypes }) => item_prototypes);
    const keys = [...items, ...discovery_rules, ...prototypes].map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { master_item } of [...discovery_rules, ...prototypes]) {
      if (master_item !== undefined) expect(keys).toContain(master_item.key);
    }
    for (const { params = "" } of prototypes) {
      for (const [, key = ""] of params.matchAll(/last\(\/\/([^)]*)\)/g)) expect(keys).toContain(key);
    }
  });
});

test("LibreNMS's definition: every sensor's OID has a value in a running agent, and every state a word", async (context) => {
  if (!isInstalled("snmpbulkwalk")) context.skip("snmpbulkwalk is not installed");
  const program = await gateway();
  await settled(program);
  const { state, count } = sensors();
  for (const { num_oid } of [...state.data, ...count.data]) {
    const found = await walk(program, num_oid.replace(/^\.|\.\{\{ \$index \}\}$/g, ""));
    expect([num_oid, found.size]).toEqual([num_oid, (await walk(program, VM_NAME)).size]);
  }
  const words = new Set(state.data.flatMap(({ states }) => states.map(({ value }) => `INTEGER: ${value}`)));
  for (const value of (await walk(program, VM_OPER_STATE)).values()) expect(words).toContain(value);
  const [description = ""] = (await walk(program, "1.3.6.1.2.1.1.1.0")).values();
  expect(description).toMatch(/(^|seen by |")virtgate \d+\./);
});

describe("Debian's prometheus-snmp-exporter", () => {
  const exporter = "prometheus-snmp-exporter";

  test("scrapes all machines of four kinds of hosts with our module, each series with the machine's name", async (context) => {
    if (!isInstalled(exporter)) context.skip(`${exporter} is not installed`);
    if (!isInstalled("snmpbulkwalk")) context.skip("snmpbulkwalk is not installed");
    const program = await gateway({ hosts: 4, machines: 8 });
    const kinds = new Set(program.ready.hosts.map(({ uri }) => /^[a-z]+/.exec(uri)?.[0]));
    expect([...kinds].sort()).toEqual(["lxc", "openvz", "qemu", "xen"]);
    await settled(program);
    const config = join(temporaryFolder(), "snmp.yml");
    writeFileSync(config, oldSnmpExporterConfig());
    const address = `127.0.0.1:${await freePort()}`;
    const started = start(exporter, [`--config.file=${config}`, `--web.listen-address=${address}`]);
    const scrape = () =>
      fetch(`http://${address}/snmp?module=virtgate&target=${addressOf(program)}`).then(
        (response) => (response.ok ? response.text() : undefined),
        () => undefined,
      );
    const text = await until("a scrape", scrape, started.err);
    const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const states = samples.filter((line) => line.startsWith("vmOperState{") && line.endsWith(" 1"));
    const names = await walk(program, VM_NAME);
    expect(states.map((line) => /vmIndex="(\d+)",vmName="([^"]*)"/.exec(line)?.slice(1).join(" ")).sort()).toEqual(
      [...names].map(([oid, value]) => `${oid.split(".").at(-1)} ${value.replace(/^STRING: "(.*)"$/, "$1")}`).sort(),
    );
    expect(samples).toContain(`vmNumber ${names.size}`);
    for (const metric of ["vmCpuTime", "vmCpuCoreTime", "vmStorageReadOctets", "vmNetworkPhysAddress", "vmUUID"]) {
      const own = samples.filter((line) => line.startsWith(`${metric}{`));
      expect([metric, own.length > 0]).toEqual([metric, true]);
      for (const line of own) expect(line).toMatch(/vmName="[^"]+"/);
    }
  });
});

/** A port that nobody listens on at the moment. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === "object" && bound !== null ? bound.port : 0));
    });
  });
}
