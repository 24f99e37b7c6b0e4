import { usmUserEntry } from "../../schema/generated/snmp-user-based-sm-mib.js";
import { rowTable } from "../bind-rows.js";

const NON_VOLATILE = 3;
const NOTHING = new Uint8Array(0);
const usmNoAuthProtocol = [1, 3, 6, 1, 6, 3, 10, 1, 1, 1];
const usmNoPrivProtocol = [1, 3, 6, 1, 6, 3, 10, 1, 2, 1];

/** Users of this engine, and of others that are sent informs. What is written to make and change keys cannot be read. @see RFC 3414 */
export const usmUserTable = rowTable(usmUserEntry, {
  rowStatus: "usmUserStatus",
  storageType: "usmUserStorageType",
  defaults: {
    usmUserAuthProtocol: usmNoAuthProtocol,
    usmUserPrivProtocol: usmNoPrivProtocol,
    usmUserPublic: NOTHING,
    usmUserStorageType: NON_VOLATILE,
  },
  masked: {
    usmUserCloneFrom: [0, 0],
    usmUserAuthKeyChange: NOTHING,
    usmUserOwnAuthKeyChange: NOTHING,
    usmUserPrivKeyChange: NOTHING,
    usmUserOwnPrivKeyChange: NOTHING,
  },
});
