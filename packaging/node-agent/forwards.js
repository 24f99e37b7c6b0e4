import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { join } from "node:path";
import { must, run } from "./programs.js";
import { list, member, Refusal, text, whole } from "./refusal.js";

const MOST_FORWARDS = 16_384;
const MOST_SUBNETS = 256;

/**
 * @typedef {{ protocol: "tcp" | "udp", hostPort: number, address: string, port: number }} Forward
 * @typedef {{ name: string, subnets: string[], forwards: Forward[] }} Table
 */

/** Makes the table what the request says, in one step. @param {string} root @param {unknown} request */
export async function applyForwards(root, request) {
  const table = tableOf(request);
  await must("nft", ["-f", "-"], script(table));
  const folder = join(root, ".forwards");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, `${table.name}.new`), JSON.stringify(table), { mode: 0o600 });
  renameSync(join(folder, `${table.name}.new`), join(folder, `${table.name}.json`));
}

/** @param {string} root @param {unknown} request */
export async function removeForwards(root, request) {
  const name = nameOf(request);
  if (await isApplied(name)) await must("nft", ["delete", "table", "ip", `virtgate_${name}`]);
  rmSync(join(root, ".forwards", `${name}.json`), { force: true });
}

/** The table as it was applied, as long as the kernel has it. @param {string} root @param {unknown} request */
export async function readForwards(root, request) {
  const name = nameOf(request);
  if (!(await isApplied(name))) return null;
  return JSON.parse(readFileSync(join(root, ".forwards", `${name}.json`), "utf8"));
}

/** @param {string} name */
async function isApplied(name) {
  return (await run("nft", ["list", "table", "ip", `virtgate_${name}`])).code === 0;
}

/** @param {unknown} request */
function nameOf(request) {
  return text(request, "name", /^[a-z0-9_]{1,16}$/);
}

/** @param {unknown} request @returns {Table} */
function tableOf(request) {
  const subnets = list(request, "subnets", MOST_SUBNETS).map((subnet) => {
    const [address = "", prefix = ""] = typeof subnet === "string" ? subnet.split("/") : [];
    if (!isIPv4(address) || !/^(\d|[12]\d|3[0-2])$/.test(prefix))
      throw new Refusal("invalid", "a subnet is IPv4, as 192.0.2.0/24");
    return `${address}/${prefix}`;
  });
  const seen = new Set();
  const forwards = list(request, "forwards", MOST_FORWARDS).map((one) => {
    const protocol = /** @type {"tcp" | "udp"} */ (text(one, "protocol", /^(tcp|udp)$/));
    const address = member(one, "address");
    if (typeof address !== "string" || !isIPv4(address))
      throw new Refusal("invalid", "a port is forwarded to an IPv4 address");
    const forward = {
      protocol,
      hostPort: whole(one, "hostPort", 1, 65_535),
      address,
      port: whole(one, "port", 1, 65_535),
    };
    const key = `${protocol} ${forward.hostPort}`;
    if (seen.has(key)) throw new Refusal("invalid", `${protocol} port ${forward.hostPort} is forwarded twice`);
    seen.add(key);
    return forward;
  });
  return { name: nameOf(request), subnets, forwards };
}

/** Every value in it was checked. @param {Table} table */
function script({ name, subnets, forwards }) {
  const table = `ip virtgate_${name}`;
  const protocols = /** @type {const} */ (["tcp", "udp"]);
  const maps = protocols.map((protocol) => {
    const elements = forwards
      .filter((one) => one.protocol === protocol)
      .map(({ hostPort, address, port }) => `${hostPort} : ${address} . ${port}`);
    const content = elements.length > 0 ? `elements = { ${elements.join(", ")} };` : "";
    return `map ${protocol}_ports { type inet_service : ipv4_addr . inet_service; ${content} }`;
  });
  const rules = protocols.map(
    (protocol) => `fib daddr type local dnat ip to ${protocol} dport map @${protocol}_ports;`,
  );
  const masquerade = subnets.map((subnet) => `ip saddr ${subnet} ip daddr != ${subnet} masquerade;`);
  return [
    `add table ${table}`,
    `delete table ${table}`,
    `table ${table} {`,
    ...maps,
    `chain incoming { type nat hook prerouting priority dstnat; ${rules.join(" ")} }`,
    `chain local { type nat hook output priority -100; ${rules.join(" ")} }`,
    `chain leaving { type nat hook postrouting priority srcnat; ${masquerade.join(" ")} }`,
    "}",
    "",
  ].join("\n");
}
