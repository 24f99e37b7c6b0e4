import type { Generation } from "../../inventory/generation.js";
import type { Machine } from "../../inventory/machine.js";

/**
 * The machines a person may mean by `text`: a UUID, a name, or either after `HOST/`. More than one when the name is used on several
 * hosts; names compare exactly.
 */
export function findMachines(generation: Generation, text: string): readonly Machine[] {
  const anywhere = [...generation.hosts.keys()].flatMap((host) => onHost(generation, host, text));
  if (anywhere.length > 0) return anywhere;
  const slash = text.indexOf("/");
  return slash < 0 ? [] : onHost(generation, text.slice(0, slash), text.slice(slash + 1));
}

function onHost(generation: Generation, host: string, text: string): readonly Machine[] {
  const part = generation.hosts.get(host);
  if (part === undefined) return [];
  const byUuid = part.machines.get(text.toLowerCase());
  return byUuid ? [byUuid] : part.byIndex.filter((machine) => machine.name === text);
}
