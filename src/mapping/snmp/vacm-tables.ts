import { vacmAccessEntry, vacmSecurityToGroupEntry, vacmViewTreeFamilyEntry } from "../../schema/generated/snmp-view-based-acm-mib.js";
import { rowTable } from "../bind-rows.js";

const NON_VOLATILE = 3;
const EXACT = 1;
const INCLUDED = 1;

/** Which group a user or community belongs to. @see RFC 3415, object vacmSecurityToGroupTable */
export const vacmSecurityToGroupTable = rowTable(vacmSecurityToGroupEntry, {
  rowStatus: "vacmSecurityToGroupStatus",
  storageType: "vacmSecurityToGroupStorageType",
  defaults: { vacmSecurityToGroupStorageType: NON_VOLATILE },
});

/** Which views a group has. @see RFC 3415, object vacmAccessTable */
export const vacmAccessTable = rowTable(vacmAccessEntry, {
  rowStatus: "vacmAccessStatus",
  storageType: "vacmAccessStorageType",
  defaults: {
    vacmAccessContextMatch: EXACT,
    vacmAccessReadViewName: "",
    vacmAccessWriteViewName: "",
    vacmAccessNotifyViewName: "",
    vacmAccessStorageType: NON_VOLATILE,
  },
});

/** What a view has. @see RFC 3415, object vacmViewTreeFamilyTable */
export const vacmViewTreeFamilyTable = rowTable(vacmViewTreeFamilyEntry, {
  rowStatus: "vacmViewTreeFamilyStatus",
  storageType: "vacmViewTreeFamilyStorageType",
  defaults: { vacmViewTreeFamilyMask: new Uint8Array(0), vacmViewTreeFamilyType: INCLUDED, vacmViewTreeFamilyStorageType: NON_VOLATILE },
});
