/** Who may import whom: the allow list of the design, types included. @type {Record<string, readonly string[]>} */
export const may = {
  base: [],
  codec: ["base"],
  inventory: ["base"],
  schema: ["base", "codec"],
  store: ["base"],
  transport: ["base"],
  protocol: ["base", "codec"],
  mapping: ["base", "codec", "inventory", "schema"],
  driver: ["base", "codec", "inventory", "protocol", "transport"],
  engine: ["base", "inventory", "schema", "mapping"],
  ovf: ["base", "codec", "inventory", "mapping", "protocol/nbd"],
  simulator: ["base", "codec", "protocol"],
  agent: ["base", "codec", "inventory", "schema", "protocol", "mapping", "engine", "ovf"],
  daemon: [
    "base",
    "codec",
    "inventory",
    "schema",
    "store",
    "transport",
    "protocol",
    "mapping",
    "driver",
    "engine",
    "ovf",
    "simulator",
    "agent",
  ],
};

const sockets = "^(node:)?(net|dgram|tls|http|https|http2|child_process)$";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(may).map(([room, others]) => ({
      name: `${room}-imports`,
      severity: /** @type {const} */ ("error"),
      from: { path: `^src/${room}/` },
      to: { path: "^src/", pathNot: `^src/(${[room, ...others].join("|")})/` },
    })),
    { name: "circle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "sockets-in-transport-and-daemon",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(transport|daemon)/" },
      to: { path: sockets },
    },
    {
      name: "protocols-are-strangers",
      severity: "error",
      from: { path: "^src/protocol/([^/]+)/" },
      to: { path: "^src/protocol/([^/]+)/", pathNot: "^src/protocol/$1/" },
    },
    {
      name: "messages-below-sessions",
      severity: "error",
      from: { path: "^src/protocol/[^/]+/message" },
      to: { path: "^src/protocol/[^/]+/[^/]*session" },
    },
    {
      name: "fastify-in-one-place",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/transport/http" },
      to: { path: "node_modules/(fastify|@fastify)/" },
    },
    {
      name: "no-development-package",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(build\\.js|web/)" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
    },
    { name: "no-test-in-product", severity: "error", from: { path: "^src/" }, to: { path: "^(test|bench)/" } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
