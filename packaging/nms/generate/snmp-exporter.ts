import { type ServedObject, type ServedTable, served, vmName } from "./vm-mib.js";
import { type YamlValue, yamlText } from "./yaml.js";

const HEAD = "# Made from virtgate's mapping tables; the architecture tests rewrite it.\n";

/** snmp_exporter from 0.23 on: modules and, apart from them, how to log in. */
export function snmpExporterConfig(): string {
  const auths = {
    virtgate_v2: { version: 2, community: "change-me" },
    virtgate_v3: {
      version: 3,
      username: "change-me",
      security_level: "authPriv",
      auth_protocol: "SHA256",
      password: "change-me-too",
      priv_protocol: "AES",
      priv_password: "change-me-as-well",
    },
  };
  return HEAD + yamlText({ auths, modules: { virtgate: vmModule() } });
}

/** Up to 0.22, as in Debian 12, a module has its login in itself, and modules stand at the top. */
export function oldSnmpExporterConfig(): string {
  return HEAD + yamlText({ virtgate: { version: 2, auth: { community: "change-me" }, ...vmModule() } });
}

function vmModule(): { readonly [key: string]: YamlValue } {
  const tables = [served.machines, served.cpus, served.disks, served.nics];
  return {
    walk: tables.map(({ oid }) => oid),
    get: served.scalars.map(({ oid }) => oid),
    max_repetitions: 25,
    metrics: [...served.scalars.map(scalarMetric), ...tables.flatMap(tableMetrics)],
  };
}

function scalarMetric(object: ServedObject): YamlValue {
  return metric({ ...object, oid: object.oid.replace(/\.0$/, "") });
}

function tableMetrics({ index, columns }: ServedTable): readonly YamlValue[] {
  // In vmStorageTable a machine's number has a name of its own; as a label it has the same everywhere.
  const labels = index.map((name, at) => (at === 0 ? "vmIndex" : name));
  const more = {
    indexes: labels.map((labelname) => ({ labelname, type: "gauge" })),
    lookups: [{ labels: ["vmIndex"], labelname: "vmName", oid: vmName.oid, type: "DisplayString" }],
  };
  return columns.map((column) => ({ ...metric(column), ...more, ...enumValues(column) }));
}

function metric({ name, oid, shape }: ServedObject): { readonly [key: string]: YamlValue } {
  return { name, oid, type: metricType(name, shape), help: `${shape.description} - ${oid}` };
}

function metricType(name: string, { syntax, type, text }: ServedObject["shape"]): string {
  if (name === "vmOperState") return "EnumAsStateSet"; // what alerts are about
  switch (syntax) {
    case "Counter32":
    case "Counter64":
      return "counter";
    case "OctetString":
      return text !== undefined ? "DisplayString" : type === "PhysAddress" ? "PhysAddress48" : "OctetString";
    default:
      return "gauge";
  }
}

function enumValues({ shape }: ServedObject): { readonly [key: string]: YamlValue } {
  if (shape.named === undefined) return {};
  return { enum_values: Object.fromEntries(Object.entries(shape.named).map(([word, number]) => [`${number}`, word])) };
}
