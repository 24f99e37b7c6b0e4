import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";
import { build } from "../../../src/build.js";

/** Node 20 runs no TypeScript: Vite's loader does, in this process; it opens no port. */
const server = await createServer({
  root: fileURLToPath(new URL("../../..", import.meta.url)),
  configFile: false,
  logLevel: "error",
  appType: "custom",
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
try {
  const { main } = await server.ssrLoadModule("/test/conformance/snmp/main.ts");
  process.exitCode = await main(process.argv.slice(2), join(await build(), "daemon", "main.js"));
} finally {
  await server.close();
}
