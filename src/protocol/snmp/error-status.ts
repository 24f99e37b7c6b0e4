/** error-status of a Response-PDU. @see RFC 3416, section 3 */
export const errorStatus = {
  noError: 0,
  tooBig: 1,
  noSuchName: 2,
  badValue: 3,
  readOnly: 4,
  genErr: 5,
  noAccess: 6,
  wrongType: 7,
  wrongLength: 8,
  wrongEncoding: 9,
  wrongValue: 10,
  noCreation: 11,
  inconsistentValue: 12,
  resourceUnavailable: 13,
  commitFailed: 14,
  undoFailed: 15,
  authorizationError: 16,
  notWritable: 17,
  inconsistentName: 18,
} as const;

/** One of the numbers of `errorStatus`. */
export type ErrorStatus = (typeof errorStatus)[keyof typeof errorStatus];

const { noSuchName, badValue, genErr } = errorStatus;

/** What an SNMPv1 manager is told instead. @see RFC 3584, section 4.4 */
// biome-ignore format: read as a table
const inVersion1: Readonly<Record<ErrorStatus, ErrorStatus>> = {
  0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5,
  6: noSuchName,   // noAccess
  7: badValue,     // wrongType
  8: badValue,     // wrongLength
  9: badValue,     // wrongEncoding
  10: badValue,    // wrongValue
  11: noSuchName,  // noCreation
  12: badValue,    // inconsistentValue
  13: genErr,      // resourceUnavailable
  14: genErr,      // commitFailed
  15: genErr,      // undoFailed
  16: noSuchName,  // authorizationError
  17: noSuchName,  // notWritable
  18: noSuchName,  // inconsistentName
};

/** Translates an error-status for SNMPv1. */
export function version1Status(status: ErrorStatus): ErrorStatus {
  return inVersion1[status];
}
