import { createHash } from "node:crypto";
import { type ServedObject, type ServedTable, served, vmName } from "./vm-mib.js";
import { type YamlValue, yamlText } from "./yaml.js";

type Entry = { readonly [key: string]: YamlValue };

/** The parts of an item that say where its value comes from. */
export interface ZabbixItem {
  readonly name: string;
  readonly type: string;
  readonly key: string;
  readonly snmp_oid?: string;
  readonly params?: string;
  readonly master_item?: { readonly key: string };
  readonly preprocessing?: readonly { readonly type: string; readonly parameters: readonly string[] }[];
}

/** The parts of the template by which values are found. */
export interface ZabbixTemplate {
  readonly items: readonly ZabbixItem[];
  readonly discovery_rules: readonly (ZabbixItem & { readonly item_prototypes: readonly ZabbixItem[] })[];
}

const TEMPLATE = "virtgate VM-MIB by SNMP";
const GROUP = "Templates/Virtualization";
/** SNMP_WALK_VALUE and SNMP_WALK_TO_JSON: leave as it is, or make readable what Net-SNMP prints as octets. */
const FORMAT = { unchanged: "0", text: "1", address: "2" } as const;

/** A template for Zabbix 7.0 and later, as text to import. */
export function zabbixTemplateText(): string {
  return yamlText({
    zabbix_export: {
      version: "7.0",
      template_groups: [{ uuid: uuid(GROUP), name: GROUP }],
      templates: [template()],
    },
  });
}

/** How the template finds its values: a walk per table, everything else made from its answer. */
export function zabbixTemplate(): ZabbixTemplate {
  return template() as unknown as ZabbixTemplate;
}

function template(): Entry {
  const { scalars, machines, cpus, disks, nics } = served;
  const named = [...machines.columns, ...disks.columns, ...scalars].filter(({ shape }) => shape.named !== undefined);
  return {
    uuid: uuid(TEMPLATE),
    template: TEMPLATE,
    name: TEMPLATE,
    description: "Virtual machines and containers of a virtgate gateway, by VM-MIB (RFC 7666).",
    groups: [{ name: GROUP }],
    items: [...scalars.map(scalarItem), ...[machines, cpus, disks, nics].map(walkItem)],
    discovery_rules: [
      rule(machines, "Machines", "{#VMNAME}", machineExtras()),
      rule(cpus, "Virtual CPUs", "{#VMNAME} CPU {#PART}"),
      rule(disks, "Disks", "{#VMNAME} disk {#PART}"),
      rule(nics, "Network interfaces", "{#VMNAME} interface {#PART}"),
    ],
    tags: [{ tag: "class", value: "virtualization" }],
    valuemaps: [...new Map(named.map((object) => [object.name, valueMap(object)])).values()],
  };
}

function scalarItem(object: ServedObject): Entry {
  return {
    uuid: uuid(object.name),
    name: label(object.name),
    type: "SNMP_AGENT",
    snmp_oid: `get[${object.oid}]`,
    key: key(object.name),
    delay: "1m",
    ...valueType(object),
    description: object.shape.description,
    ...preprocessing(unitSteps(object)),
    ...valueMapOf(object),
  };
}

function walkItem(table: ServedTable): Entry {
  return {
    uuid: uuid(`walk ${table.name}`),
    name: `Walk of ${table.name}`,
    type: "SNMP_AGENT",
    snmp_oid: `walk[${walkedOids(table).join(",")}]`,
    key: walkKey(table),
    delay: "1m",
    history: "0",
    value_type: "TEXT",
    trends: "0",
    description: "What the other items of this table are made from.",
  };
}

/** A machine's name is only in vmTable; for the tables of its parts it is walked along. */
function walkedOids(table: ServedTable): readonly string[] {
  return table === served.machines ? [table.oid] : [vmName.oid, table.oid];
}

function rule(table: ServedTable, name: string, row: string, extras: Entry = {}): Entry {
  const [first] = table.columns;
  if (first === undefined) throw new TypeError(`${table.name} has no columns`);
  const isPart = table !== served.machines;
  const macros = ["{#VMNAME}", vmName.oid, FORMAT.text, ...(isPart ? ["{#ROW}", first.oid, FORMAT.unchanged] : [])];
  return {
    uuid: uuid(`discovery ${table.name}`),
    name,
    type: "DEPENDENT",
    key: `virtgate.${table.name}.discovery`,
    delay: "0",
    lifetime: "7d",
    description: `Rows of ${table.name}.`,
    item_prototypes: [
      ...table.columns.map((column) => prototype(table, row, column)),
      ...((extras["item_prototypes"] ?? []) as readonly YamlValue[]),
    ],
    ...(extras["trigger_prototypes"] === undefined ? {} : { trigger_prototypes: extras["trigger_prototypes"] }),
    master_item: { key: walkKey(table) },
    preprocessing: [
      { type: "SNMP_WALK_TO_JSON", parameters: macros },
      ...(isPart ? [{ type: "JAVASCRIPT", parameters: [NAME_PARTS] }] : []),
    ],
  };
}

/** Gives each row of a part the name of its machine, whose index its own begins with; rows of machines only are dropped. */
const NAME_PARTS = [
  "var names = {};",
  "var rows = JSON.parse(value);",
  "rows.forEach(function (row) {",
  "  if (row['{#VMNAME}'] !== undefined) names[row['{#SNMPINDEX}']] = row['{#VMNAME}'];",
  "});",
  "return JSON.stringify(rows.filter(function (row) {",
  "  return row['{#ROW}'] !== undefined && row['{#SNMPINDEX}'].indexOf('.') > 0;",
  "}).map(function (row) {",
  "  var index = row['{#SNMPINDEX}'].split('.');",
  "  return { '{#SNMPINDEX}': row['{#SNMPINDEX}'], '{#VMNAME}': names[index[0]] || index[0], '{#PART}': index[1] };",
  "}));",
].join(" ");

function prototype(table: ServedTable, row: string, column: ServedObject): Entry {
  const format =
    column.shape.type === "PhysAddress" ? FORMAT.address : column.shape.text ? FORMAT.text : FORMAT.unchanged;
  const value = { type: "SNMP_WALK_VALUE", parameters: [`${column.oid}.{#SNMPINDEX}`, format], ...ABSENT_IS_NO_ERROR };
  return {
    uuid: uuid(`prototype ${column.name}`),
    name: `${row}: ${label(column.name)}`,
    type: "DEPENDENT",
    key: `${key(column.name)}[{#SNMPINDEX}]`,
    delay: "0",
    ...valueType(column),
    description: column.shape.description,
    ...preprocessing([value, ...unitSteps(column)]),
    ...valueMapOf(column),
    master_item: { key: walkKey(table) },
    tags: [{ tag: "machine", value: "{#VMNAME}" }],
  };
}

/** A fact that a driver does not know has no instance. */
const ABSENT_IS_NO_ERROR = { error_handler: "DISCARD_VALUE" };

/** What is computed of several columns, and what somebody should be told. */
function machineExtras(): Entry {
  const last = (name: string): string => `last(//${key(name)}[{#SNMPINDEX}])`;
  const bytes = (what: string, name: string): Entry => ({
    uuid: uuid(`prototype ${name} bytes`),
    name: `{#VMNAME}: ${what}`,
    type: "CALCULATED",
    key: `${key(name)}.bytes[{#SNMPINDEX}]`,
    delay: "1m",
    value_type: "FLOAT",
    units: "B",
    params: `${last(name)}*${last("vmMemUnit")}`,
    tags: [{ tag: "machine", value: "{#VMNAME}" }],
  });
  return {
    item_prototypes: [bytes("memory", "vmCurMem"), bytes("largest memory", "vmMaxMem")],
    trigger_prototypes: [
      {
        uuid: uuid("trigger crashed"),
        expression: `last(/${TEMPLATE}/${key("vmOperState")}[{#SNMPINDEX}])=12`,
        name: "{#VMNAME} has crashed",
        priority: "AVERAGE",
      },
      {
        uuid: uuid("trigger unknown"),
        expression: `min(/${TEMPLATE}/${key("vmOperState")}[{#SNMPINDEX}],5m)=1 and max(/${TEMPLATE}/${key("vmOperState")}[{#SNMPINDEX}],5m)=1`,
        name: "The host of {#VMNAME} does not answer",
        priority: "WARNING",
      },
    ],
  };
}

function valueType({ name, shape }: Pick<ServedObject, "name" | "shape">): Entry {
  switch (shape.syntax) {
    case "OctetString":
      return { value_type: "CHAR", trends: "0" };
    case "Counter64":
    case "Counter32":
    case "TimeTicks":
      return { value_type: "FLOAT", units: unitOf({ name, shape }) };
    default:
      // Some limits are -1 for none, which an unsigned number cannot say.
      return (shape.range?.[0]?.[0] ?? 0) < 0 ? { value_type: "FLOAT" } : {};
  }
}

function unitOf({ name, shape }: Pick<ServedObject, "name" | "shape">): string {
  if (shape.syntax === "TimeTicks") return "uptime";
  if (isTime({ name, shape })) return "%";
  return name.endsWith("Octets") ? "Bps" : "!/s";
}

/** Counters become rates; CPU time and time spent waiting, in microseconds, become percent of one. */
function unitSteps({ name, shape }: ServedObject): readonly Entry[] {
  switch (shape.syntax) {
    case "TimeTicks":
      return [{ type: "MULTIPLIER", parameters: ["0.01"] }];
    case "Counter64":
    case "Counter32": {
      const rate = { type: "CHANGE_PER_SECOND", parameters: [""] };
      return isTime({ name, shape }) ? [rate, { type: "MULTIPLIER", parameters: ["0.0001"] }] : [rate];
    }
    default:
      return [];
  }
}

/** Microseconds; of a latency only its description says so. */
function isTime({ name, shape }: Pick<ServedObject, "name" | "shape">): boolean {
  return shape.units === "microsecond" || name.endsWith("Latency");
}

function preprocessing(steps: readonly Entry[]): Entry {
  return steps.length === 0 ? {} : { preprocessing: steps };
}

function valueMap({ name, shape }: ServedObject): Entry {
  return {
    uuid: uuid(`valuemap ${name}`),
    name,
    mappings: Object.entries(shape.named ?? {}).map(([newvalue, value]) => ({ value: `${value}`, newvalue })),
  };
}

function valueMapOf({ name, shape }: ServedObject): Entry {
  return shape.named === undefined ? {} : { valuemap: { name } };
}

/** `vmStorageReadIOs` as `virtgate.vm.storage.read.ios`. */
function key(name: string): string {
  return `virtgate.${words(name).toLowerCase().replaceAll(" ", ".")}`;
}

function walkKey({ name }: ServedTable): string {
  return `virtgate.${name}.walk`;
}

/** `vmStorageReadIOs` as `Storage Read IOs`. */
function label(name: string): string {
  return words(name.replace(/^vm/, ""));
}

/** `vmStorageReadIOs` as `vm Storage Read IOs`. */
function words(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
}

/** Zabbix goes by these when a template is imported again; the same for the same thing in every version. */
function uuid(of: string): string {
  const hex = createHash("sha256").update(`virtgate zabbix ${of}`).digest("hex").slice(0, 32);
  return `${hex.slice(0, 12)}4${hex.slice(13, 16)}${((Number.parseInt(hex[16] ?? "0", 16) & 3) | 8).toString(16)}${hex.slice(17)}`;
}
