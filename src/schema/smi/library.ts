import { Fault } from "../../base/fault.js";
import type { NumberRange, SmiModule, SmiSyntax, SmiValue } from "./module.js";
import type { BaseType } from "./shape.js";

/** Chains of parents, types and imports longer than this are circles. */
const LONGEST_CHAIN = 128;

const roots: ReadonlyMap<string, number> = new Map([
  ["ccitt", 0],
  ["iso", 1],
  ["joint-iso-ccitt", 2],
]);

const baseTypes: ReadonlyMap<string, BaseType> = new Map([
  ["INTEGER", "Integer32"],
  ["Integer32", "Integer32"],
  ["Unsigned32", "Unsigned32"],
  ["Gauge32", "Unsigned32"],
  ["Counter32", "Counter32"],
  ["Counter64", "Counter64"],
  ["TimeTicks", "TimeTicks"],
  ["OCTET STRING", "OctetString"],
  ["BITS", "OctetString"],
  ["OBJECT IDENTIFIER", "ObjectIdentifier"],
  ["IpAddress", "IpAddress"],
]);

/** What a syntax comes down to when every type in it has been looked up. */
export interface ResolvedSyntax {
  readonly base: BaseType;
  /** The outermost named type. */
  readonly type: string | undefined;
  readonly displayHint: string | undefined;
  readonly named: ReadonlyMap<string, number> | undefined;
  readonly range: readonly NumberRange[] | undefined;
  readonly size: readonly NumberRange[] | undefined;
}

/** Modules that refer to each other by their imports. */
export class SmiLibrary {
  readonly #modules: ReadonlyMap<string, SmiModule>;

  constructor(modules: Iterable<SmiModule>) {
    this.#modules = new Map(Array.from(modules, (module) => [module.name, module]));
  }

  /** @throws {Fault} `absent` for a module that is not there */
  module(name: string): SmiModule {
    const module = this.#modules.get(name);
    if (module === undefined) throw new Fault("absent", `there is no module ${name}`);
    return module;
  }

  /**
   * The object identifier of a symbol, as seen from a module.
   * @throws {Fault} `absent` for a symbol that leads nowhere, `invalid` for a circle
   */
  oidOf(moduleName: string, symbol: string): readonly number[] {
    const parts: number[][] = [];
    let [module, name] = [moduleName, symbol];
    for (let steps = 0; steps < LONGEST_CHAIN; steps += 1) {
      const root = roots.get(name);
      if (root !== undefined) return [root, ...parts.reverse().flat()];
      const found = this.valueOf(module, name);
      parts.push([...found.value.oid.parts]);
      if (found.value.oid.parent === undefined) return parts.reverse().flat();
      [module, name] = [found.module.name, found.value.oid.parent];
    }
    throw new Fault("invalid", `${symbol} of ${moduleName} lies below itself`);
  }

  /**
   * Looks a value up, in the module itself or where it is imported from.
   * @throws {Fault} `absent`
   */
  valueOf(moduleName: string, symbol: string): { module: SmiModule; value: SmiValue } {
    const module = this.#home(moduleName, symbol, (candidate) => candidate.values.has(symbol));
    const value = module.values.get(symbol);
    if (value === undefined) throw new Fault("absent", `${moduleName} knows no ${symbol}`);
    return { module, value };
  }

  /**
   * Follows a syntax down to its base type. What restricts it nearest to its use counts.
   * @throws {Fault} `absent` for an unknown type, `unsupported` for one that is no value of SNMP
   */
  resolve(moduleName: string, syntax: SmiSyntax): ResolvedSyntax {
    const chain: SmiSyntax[] = [syntax];
    let displayHint: string | undefined;
    let module = moduleName;
    for (let name = syntax.base; chain.length < LONGEST_CHAIN; ) {
      const base = baseTypes.get(name);
      if (base !== undefined) {
        return {
          base,
          type: baseTypes.has(syntax.base) ? undefined : syntax.base,
          displayHint,
          named: chain.find((link) => link.named !== undefined)?.named,
          range: chain.find((link) => link.range !== undefined)?.range,
          size: chain.find((link) => link.size !== undefined)?.size,
        };
      }
      const symbol = name;
      const home = this.#home(module, symbol, (candidate) => candidate.types.has(symbol));
      const type = home.types.get(symbol);
      if (type === undefined) throw new Fault("absent", `${moduleName} knows no type ${symbol}`);
      if (type.syntax === undefined) throw new Fault("unsupported", `${symbol} is no type of a value`);
      displayHint ??= type.displayHint;
      chain.push(type.syntax);
      [module, name] = [home.name, type.syntax.base];
    }
    throw new Fault("invalid", `the type ${syntax.base} of ${moduleName} is made of itself`);
  }

  /** The module that declares a symbol, going along the imports. */
  #home(moduleName: string, symbol: string, declares: (module: SmiModule) => boolean): SmiModule {
    let module = this.module(moduleName);
    for (let steps = 0; steps < LONGEST_CHAIN && !declares(module); steps += 1) {
      const origin = module.imports.get(symbol);
      if (origin === undefined) break;
      module = this.module(origin);
    }
    return module;
  }
}
