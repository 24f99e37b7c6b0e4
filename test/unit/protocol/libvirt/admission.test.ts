import { expect, test } from "vitest";
import { awaitAdmission } from "../../../../src/protocol/libvirt/admission.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { pairedChannels } from "../../../support/paired-channels.js";

function begin() {
  const clock = new ManualClock();
  const [near, far] = pairedChannels();
  return { clock, near, far, admission: awaitAdmission(near, clock, 1000) };
}

test("awaitAdmission() takes the octet 1 and leaves the channel open for packets", async () => {
  const { far, near, clock, admission } = begin();
  far.write(Buffer.from([1]));
  await admission;
  clock.advance(2000);
  expect(near.closed).toBe(false);
});

test("awaitAdmission() refuses any other beginning, an end, and silence", async () => {
  for (const [octets, code] of [
    [[0], "denied"],
    [[1, 0], "invalid"],
    [[0, 0, 0, 28], "invalid"],
  ] as const) {
    const { far, near, admission } = begin();
    far.write(Buffer.from(octets));
    await expect(admission).rejects.toMatchObject({ code });
    expect(near.closed).toBe(true);
  }
  const ended = begin();
  ended.far.close();
  await expect(ended.admission).rejects.toMatchObject({ code: "denied" });
  const silent = begin();
  silent.clock.advance(1000);
  await expect(silent.admission).rejects.toMatchObject({ code: "timeout" });
  expect(silent.near.closed).toBe(true);
});
