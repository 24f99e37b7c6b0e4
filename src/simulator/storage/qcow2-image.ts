const CLUSTER_BITS = 16;
const CLUSTER = 1 << CLUSTER_BITS;
/** Octets that one entry of the first table stands for: a cluster of entries of clusters. */
const PER_ENTRY = (CLUSTER / 8) * CLUSTER;

/**
 * An empty image in QEMU's format, as it lies in its file: header, reference counts and the first table, one cluster each.
 * @param capacityBytes what the guest sees, at most 4 TiB
 * @see QEMU's docs/interop/qcow2.txt, sections Header and Reference count
 */
export function emptyQcow2(capacityBytes: number): Buffer {
  const entries = Math.max(1, Math.ceil(capacityBytes / PER_ENTRY));
  const image = Buffer.alloc(4 * CLUSTER);
  image.write("QFI\xfb", 0, "latin1");
  image.writeUInt32BE(3, 4);
  image.writeUInt32BE(CLUSTER_BITS, 20);
  image.writeBigUInt64BE(BigInt(capacityBytes), 24);
  image.writeUInt32BE(entries, 36);
  image.writeBigUInt64BE(BigInt(3 * CLUSTER), 40);
  image.writeBigUInt64BE(BigInt(CLUSTER), 48);
  image.writeUInt32BE(1, 56);
  // Reference counts of sixteen bits; the header is as long as the fields that version 3 has.
  image.writeUInt32BE(4, 96);
  image.writeUInt32BE(104, 100);
  image.writeBigUInt64BE(BigInt(2 * CLUSTER), CLUSTER);
  for (let cluster = 0; cluster < 4; cluster++) image.writeUInt16BE(1, 2 * CLUSTER + 2 * cluster);
  return image;
}

/** The largest that `emptyQcow2` makes. */
export const MAXIMUM_QCOW2_BYTES = (CLUSTER / 8) * PER_ENTRY;
