import { snmpCommunityEntry } from "../../schema/generated/snmp-community-mib.js";
import { rowTable } from "../bind-rows.js";

const NON_VOLATILE = 3;

/** Communities and what they stand for. The engine's own ID and no context are the defaults. @see RFC 3584, object snmpCommunityTable */
export const snmpCommunityTable = rowTable(snmpCommunityEntry, {
  rowStatus: "snmpCommunityStatus",
  storageType: "snmpCommunityStorageType",
  defaults: { snmpCommunityContextName: "", snmpCommunityTransportTag: "", snmpCommunityStorageType: NON_VOLATILE },
});
