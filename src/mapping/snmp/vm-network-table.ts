import type { Nic } from "../../inventory/device.js";
import { vmNetworkEntry } from "../../schema/generated/vm-mib.js";
import { bindTable } from "../bind-table.js";
import type { PartRow } from "./vm-scope.js";

/** vmNetworkTable: one conceptual row per network interface of a machine. @see RFC 7666, object vmNetworkTable */
export const vmNetworkTable = bindTable<PartRow<Nic>>()(vmNetworkEntry, ({ index, part }) => [index, part.index], {
  vmNetworkIfIndex: ({ part }) => part.ifIndex ?? 0,
  vmNetworkParent: ({ part }) => part.parentIfIndex ?? 0,
  vmNetworkModel: ({ part }) => part.model,
  vmNetworkPhysAddress: ({ part }) => Buffer.from(part.mac.replaceAll(":", ""), "hex"),
});
