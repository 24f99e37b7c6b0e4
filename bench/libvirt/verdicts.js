/**
 * @param {{
 *   decoding: { fields: number, microseconds: number },
 *   calls: { calls: readonly import("./calls.js").Call[] },
 *   transfers: readonly import("./transfers.js").Transfer[],
 *   latency: { p99Ms: number } | undefined,
 * }} measured
 * @returns {import("../goals.js").Goal[]}
 */
export function goalsOf({ decoding, calls, transfers, latency }) {
  const atMost = { atLeast: false };
  return [
    ...calls.calls.map(({ name, ownCpuMs, daemonCpuMs }) => ({
      ...{ goal: `${name}, both CPUs to the daemon's own`, unit: "times", wanted: 1.3, ...atMost },
      measured: (ownCpuMs + daemonCpuMs) / daemonCpuMs,
    })),
    {
      ...{ goal: `reading a record of ${decoding.fields} fields`, unit: "µs", wanted: 15, ...atMost },
      measured: decoding.microseconds,
    },
    ...["upload", "download"].map((direction) => ({
      ...{ goal: `${direction}, to virsh in the same run`, unit: "times", wanted: 1, atLeast: true },
      measured: ratioOf(transfers.filter((transfer) => transfer.direction === direction)),
    })),
    { goal: "a change to the change feed, p99", unit: "ms", wanted: 20, ...atMost, measured: latency?.p99Ms },
  ];
}

/** @param {readonly import("./transfers.js").Transfer[]} transfers */
function ratioOf(transfers) {
  const [own, virsh] = ["virtgate", "virsh"].map((by) => transfers.find((transfer) => transfer.by === by)?.mibPerS);
  return own === undefined || virsh === undefined ? undefined : own / virsh;
}
