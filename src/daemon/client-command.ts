import { type Command, InvalidArgumentError } from "commander";

/** A command that asks a running gateway. */
export function client(program: Command, name: string): Command {
  return program
    .command(name)
    .option("--state <directory>", "state directory of the gateway to ask")
    .option("--config <file>", "its configuration file, which may name the state directory")
    .option("--json", "print JSON");
}

/** A command that has a running gateway change something. */
export function changer(program: Command, name: string): Command {
  return client(program, name).option("--dry-run", "change nothing, say what would be done");
}

/** For an option that may be repeated. */
export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    return value;
  };
}
