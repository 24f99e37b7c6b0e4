import { expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.js";
import { listenOnNextFree } from "../../../src/daemon/next-free-port.js";

function listener(...taken: number[]) {
  const tried: number[] = [];
  const listen = async (port: number): Promise<number> => {
    tried.push(port);
    if (taken.includes(port)) throw new Fault("busy", `${port} is in use`);
    return port;
  };
  return { tried, listen };
}

test("listenOnNextFree() takes the first port that is free", async () => {
  const { tried, listen } = listener(8443, 8444);
  expect(await listenOnNextFree(8443, listen)).toBe(8445);
  expect(tried).toEqual([8443, 8444, 8445]);
});

test("listenOnNextFree() leaves port 0 to the system, and gives up after 50 ports and at the end of all", async () => {
  const zero = listener(0);
  await expect(listenOnNextFree(0, zero.listen)).rejects.toMatchObject({ code: "busy" });
  expect(zero.tried).toEqual([0]);
  const all = listener(...Array.from({ length: 100 }, (_, at) => 1000 + at));
  await expect(listenOnNextFree(1000, all.listen)).rejects.toMatchObject({ code: "busy" });
  expect(all.tried).toHaveLength(50);
  const end = listener(65_534, 65_535);
  await expect(listenOnNextFree(65_534, end.listen)).rejects.toMatchObject({ code: "busy" });
  expect(end.tried).toEqual([65_534, 65_535]);
});

test("listenOnNextFree() passes on every other reason at once", async () => {
  const refuse = async (): Promise<never> => {
    throw new Fault("denied", "no");
  };
  await expect(listenOnNextFree(161, refuse)).rejects.toMatchObject({ code: "denied" });
});
