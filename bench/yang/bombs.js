/**
 * Inputs of less than 64 kB that are made to cost as much as possible.
 *
 * @typedef {Awaited<ReturnType<typeof import("./engine.js").loadEngine>>} Engine
 * @typedef {{ name: string, prepare?(engine: Engine): unknown, run(engine: Engine, prepared: any): unknown }} Bomb
 *   `run` ends, in an error of ours or without one; what `prepare` makes is not what is measured
 */

/** No input is longer. */
export const LONGEST_INPUT = 65_536;

/** @param {number} count @param {(i: number) => string} make */
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i)).join("");

/** As often as it fits behind what is there already. @param {(i: number) => string} make */
function fill(make, most = 62_000) {
  let text = "";
  for (let i = 0; ; i++) {
    const next = make(i);
    if (text.length + next.length > most) return text;
    text += next;
  }
}

/** @param {string} text */
function checked(text) {
  if (Buffer.byteLength(text) > LONGEST_INPUT) throw new Error(`a bomb of ${Buffer.byteLength(text)} octets`);
  return text;
}

/** @param {string} body */
const moduleText = (body) => checked(`module b { yang-version 1.1; namespace "urn:b"; prefix b; ${body} }`);

/** @param {Engine} engine @param {string} body */
function compile({ readModuleText, compileSchema, ModuleLibrary }, body) {
  const text = readModuleText({ name: "b.yang", text: moduleText(body) });
  return compileSchema(new ModuleLibrary([text]), [{ name: "b" }]);
}

/** @param {string} name @param {() => string} body @returns {Bomb} */
function schemaBomb(name, body) {
  return { name: `schema: ${name}`, prepare: body, run: (engine, text) => compile(engine, text) };
}

const schemas = [
  schemaBomb("statements as deep as they go", () => times(8000, () => "c a{")),
  schemaBomb("a leaf after the other", () => fill((i) => `leaf a${i}{type int8;}`)),
  schemaBomb("statements that nothing knows", () => fill(() => "x:y;")),
  schemaBomb("an enumeration of very many", () => `leaf a{type enumeration{${fill((i) => `enum a${i};`)}}}`),
  schemaBomb(
    "groupings that double",
    () =>
      `${times(30, (i) => `grouping g${i}{container a{uses g${i + 1};}container b{uses g${i + 1};}}`)}grouping g30{leaf l{type int8;}}uses g0;`,
  ),
  schemaBomb(
    "groupings that grow tenfold",
    () =>
      `${times(30, (i) => `grouping g${i}{${times(10, (j) => `container c${j}{uses g${i + 1};}`)}}`)}grouping g30{leaf l{type int8;}}uses g0;`,
  ),
  schemaBomb(
    "unused groupings, each with all before",
    () => `grouping g0{leaf l{type int8;}}${fill((i) => `grouping g${i + 1}{container c${i}{uses g${i};}}`, 60_000)}`,
  ),
  schemaBomb("unused groupings, each of ninety in a row", () => {
    const chain = times(90, (i) => `grouping g${i}{container c${i}{uses g${i + 1};}}`);
    return `${chain}grouping g90{leaf l{type int8;}}${fill((i) => `grouping u${i}{uses g0;}`, 55_000)}`;
  }),
  schemaBomb(
    "one wide grouping used over and over",
    () =>
      `grouping g{${times(600, (i) => `leaf a${i}{type int8;}`)}}${fill((i) => `container c${i}{uses g;}`, 40_000)}`,
  ),
  schemaBomb(
    "one wide grouping refined over and over",
    () =>
      `grouping g{${times(1000, (i) => `leaf a${i}{type int8;}`)}}container c{uses g{${fill((i) => `refine a999{description "";}`.replace("999", String(999 - (i % 900))), 35_000)}}}`,
  ),
  schemaBomb(
    "a when for each level of uses",
    () =>
      `${times(90, (i) => `grouping g${i}{uses g${i + 1}{when "a";}}`)}grouping g90{${fill((i) => `leaf a${i}{type int8;}`, 50_000)}}uses g0;`,
  ),
  schemaBomb("augments, each of the one after it", () => {
    const path = (/** @type {number} */ length) => times(length, (i) => `/c${i}`);
    let text = "";
    for (let i = 90; i > 0; i--) text += `augment ${path(i)}{container c${i}{}}`;
    return `container c0{}${text}`;
  }),
  schemaBomb(
    "augments of the last of many",
    () =>
      `container c{${times(1500, (i) => `container a${i}{}`)}}${fill((i) => `augment /c/a1499{leaf b${i}{type int8;}}`, 36_000)}`,
  ),
  schemaBomb(
    "deviations of the last of many",
    () =>
      `container c{${times(1200, (i) => `leaf a${i}{type int8;}`)}}${fill(() => `deviation /c/a1199{deviate add{units a;}}`, 30_000)}`,
  ),
  schemaBomb("typedefs in a row", () =>
    fill((i) => (i === 0 ? "typedef t0{type int8;}" : `typedef t${i}{type t${i - 1};}`)),
  ),
  schemaBomb(
    "unions of unions, doubling",
    () =>
      `typedef t0{type int8;}${times(80, (i) => `typedef t${i + 1}{type union{type t${i};type t${i};}}`)}leaf l{type t80;default x;}`,
  ),
  schemaBomb(
    "unions of unions with a leafref, doubling",
    () =>
      `leaf k{type int8;}typedef t0{type leafref{path /b:k;}}${times(80, (i) => `typedef t${i + 1}{type union{type t${i};type t${i};}}`)}leaf l{type t80;}`,
  ),
  schemaBomb(
    "a wide union used by many",
    () =>
      `typedef t{type union{${times(1500, () => "type int8;")}}}${fill((i) => `leaf l${i}{type t;default x${i};}`, 40_000)}`,
  ),
  schemaBomb(
    "bits of many used by many",
    () =>
      `typedef t{type bits{${times(2000, (i) => `bit a${i};`)}}}${fill((i) => `leaf l${i}{type t{${"bit a1;"}}}`, 30_000)}`,
  ),
  schemaBomb("patterns on patterns", () =>
    fill((i) =>
      i === 0
        ? 'typedef t0{type string{pattern "a";}}'
        : `typedef t${i}{type t${i % 90 === 0 ? 0 : i - 1}{pattern "(a|b){99}";}}`,
    ),
  ),
  schemaBomb("leafrefs in a row", () =>
    fill((i) => (i === 0 ? "leaf a0{type int8;}" : `leaf a${i}{type leafref{path ../a${i - 1};}}`)),
  ),
  schemaBomb("identities in a row", () => fill((i) => (i === 0 ? "identity a0;" : `identity a${i}{base a${i - 1};}`))),
  schemaBomb(
    "identities, each of many bases",
    () =>
      `${times(200, (i) => `identity a${i};`)}${fill((i) => `identity b${i}{${times(200, (j) => `base a${j};`)}}`, 50_000)}`,
  ),
  schemaBomb("features in a row", () =>
    fill((i) => (i === 0 ? "feature f0;" : `feature f${i}{if-feature f${i % 190 === 0 ? 0 : i - 1};}`)),
  ),
  schemaBomb(
    "an if-feature of parentheses",
    () => `feature f;leaf a{if-feature "${"(".repeat(30_000)}f${")".repeat(30_000)}";type int8;}`,
  ),
  schemaBomb(
    "an if-feature of very many words",
    () => `feature f;leaf a{if-feature "${fill(() => "f or ", 60_000)}f";type int8;}`,
  ),
  schemaBomb("a list with very many keys", () => {
    const names = Array.from({ length: 1800 }, (_, i) => `a${i}`);
    return `list l{key "${names.join(" ")}";${names.map((name) => `leaf ${name}{type int8;}`).join("")}}`;
  }),
  schemaBomb(
    "a list with very many uniques",
    () =>
      `list l{key a0;${times(600, (i) => `leaf a${i}{type int8;}`)}${fill((i) => `unique "a1 a2 a3 a4 a5 a6 a7 a${10 + (i % 500)}";`, 45_000)}}`,
  ),
  schemaBomb(
    "ranges in ranges",
    () =>
      `typedef t{type int32{range "${Array.from({ length: 900 }, (_, i) => i * 3).join("|")}";}}${fill((i) => `leaf a${i}{type t{range 2697;}}`, 50_000)}`,
  ),
  schemaBomb("musts that are long and deep", () =>
    fill((i) => `container c${i}{must "${"(".repeat(60)}1${"+1".repeat(200)}${")".repeat(60)}";}`),
  ),
  schemaBomb("one must as long as the text", () => `container c{must "${"1 or ".repeat(12_000)}1";}`),
  schemaBomb(
    "whens that each ask two others",
    () =>
      `${fill((i) => (i < 2 ? `leaf a${i}{type int8;default 1;}` : `leaf a${i}{when "../a${i - 1} and ../a${i - 2}";type int8;default 1;}`), 60_000)}`,
  ),
  schemaBomb("a string in very many pieces", () => `description "a"${fill(() => "+'a'", 60_000)};`),
  schemaBomb("lines to outdent", () => `${" ".repeat(30_000)}description "${"\n".repeat(30_000)}";`),
  schemaBomb("prefixes of nothing", () => fill((i) => `a${i}:b c;`)),
];

/** @param {string} name @param {string} pattern @param {string} value @returns {Bomb} */
function patternBomb(name, pattern, value) {
  return {
    name: `pattern: ${name}`,
    run: ({ compilePattern }) => compilePattern(checked(pattern)).matches(checked(value)),
  };
}

/** Letters without order. @param {number} length */
function noise(length, letters = "ab") {
  let state = 1;
  let text = "";
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += letters[(state >>> 16) % letters.length];
  }
  return text;
}

const manyCharacters = String.fromCodePoint(...Array.from({ length: 20_000 }, (_, i) => 0x3400 + i));

const patterns = [
  patternBomb("a state for every subset", "([ab]*a[ab]{2000}c)?", noise(60_000)),
  patternBomb("a state for every subset, as large as it may be", "([ab]*a[ab]{9000}c)?", noise(60_000)),
  patternBomb("a small state for every subset", "([ab]*a[ab]{30}c)?", noise(60_000)),
  patternBomb("repetitions of repetitions", "((a{0,9}){0,9}){0,99}b", "a".repeat(60_000)),
  patternBomb("nothing, very often", "(((a?){0,99}){0,49})*b", "a".repeat(60_000)),
  patternBomb("a class of very many classes", `[^${"\\d".repeat(30_000)}]*`, manyCharacters),
  patternBomb("a class of very many categories", `[^${"\\p{Lu}".repeat(9000)}]*`, manyCharacters),
  patternBomb("classes taken from classes", `${"[\\w-".repeat(90)}[a]${"]".repeat(90)}*`, manyCharacters),
  patternBomb(
    "very many such classes",
    fill((i) => `[^${"\\p{Lu}".repeat(90)}${String.fromCodePoint(0x100 + i)}]*`, 60_000),
    manyCharacters,
  ),
  patternBomb(
    "a class of very many ranges",
    `[^${String.fromCodePoint(...Array.from({ length: 16_000 }, (_, i) => 0x4000 + 2 * i).filter((code) => code < 0xd800))}]*`,
    manyCharacters,
  ),
  patternBomb(
    "very many categories side by side",
    fill(() => "\\P{Lu}?", 55_000),
    manyCharacters,
  ),
  patternBomb("alternatives without end", `(${"a|".repeat(3000)}b)*`, "ab".repeat(30_000)),
  patternBomb("a pattern of parentheses", "(".repeat(60_000), "a"),
  patternBomb("classes never closed", "[a-".repeat(20_000), "a"),
  patternBomb("too many states", "((((a{9}){9}){9}){9}){9}", "a"),
  patternBomb("states that are made last", `${"a?".repeat(4999)}`, "a".repeat(5000)),
  patternBomb("characters that are met once", ".*", manyCharacters),
  patternBomb("characters that are met once by many", "(.*a){900}", manyCharacters),
];

const dataModule = `container c{
  anydata any; leaf s{type string;} leaf-list v{type string;} leaf-list n{ordered-by user;type uint16;} leaf d{type decimal64{fraction-digits 18;}}
  leaf i{type instance-identifier{require-instance false;}} leaf b{type binary;} leaf u{type union{${"type int8;".repeat(200)}type string;}}
  identity base; leaf-list r{type identityref{base base;}}
  list l{key k; unique u; leaf k{type string;} leaf u{type string;} leaf w{type leafref{path "../../l/k";}} container x{leaf y{type string;}}}
  list o{key k; ordered-by user; leaf k{type string;}}
  list kk{config false; leaf a{type string;}}
}`.replace(/identity base; /, "");
const identities = `identity base;${times(200, (i) => `identity i${i}{base base;}`)}`;

/** @param {string} content */
const document = (content) => checked(`<d xmlns:b="urn:b"><c xmlns="urn:b">${content}</c></d>`);

/** @param {Engine} engine */
const dataSchema = (engine) => compile(engine, identities + dataModule);

/** Read and, when it has no errors, validated. @param {string} name @param {string} text @returns {Bomb} */
function xmlBomb(name, text) {
  return {
    name: `xml: ${name}`,
    prepare: dataSchema,
    run: ({ readXmlData, Validator }, schema) => {
      const { tree, errors } = readXmlData(schema, schema.root, checked(text));
      return errors.length > 0 ? errors : new Validator(schema).validate(tree);
    },
  };
}

const xmls = [
  xmlBomb("as deep as it goes", "<a>".repeat(21_000)),
  xmlBomb(
    "as deep as it goes in anydata",
    document(`<any>${"<a>".repeat(8900)}${"</a>".repeat(8900)}</any>`).slice(0, 65_000),
  ),
  xmlBomb("elements that nothing knows", document(fill(() => "<a/>"))),
  xmlBomb("anydata of very many elements", document(`<any>${fill(() => "<a/>")}</any>`)),
  xmlBomb("attributes without end", `<d ${fill((i) => `a${i}="" `)}/>`),
  xmlBomb("one attribute, again and again", `<d ${fill(() => 'a="" ')}/>`),
  xmlBomb("namespaces without end", `<d ${fill((i) => `xmlns:a${i}="${i}" `)}/>`),
  xmlBomb(
    "namespaces, each in a deeper element",
    fill((i) => `<a xmlns:b${i}="u">`),
  ),
  xmlBomb(
    "prefixes looked up behind many others",
    `<d xmlns:b="urn:b" ${times(1500, (i) => `xmlns:a${i}="u" `)}><c xmlns="urn:b">${fill(() => "<r>b:i1</r>", 30_000)}</c></d>`,
  ),
  xmlBomb("a DOCTYPE with entities", `<!DOCTYPE d [${fill((i) => `<!ENTITY a${i} "&a;&a;">`)}]><d/>`),
  xmlBomb("references to characters", document(`<s>${fill(() => "&#65;")}</s>`)),
  xmlBomb("an entry after the other", document(fill((i) => `<l><k>${i}</k></l>`))),
  xmlBomb("entries with a unique value each", document(fill((i) => `<l><k>${i}</k><u>${i}</u></l>`))),
  xmlBomb("entries with one value for all", document(fill((i) => `<l><k>${i}</k><u>x</u></l>`))),
  xmlBomb("entries that refer to each other", document(fill((i) => `<l><k>${i}</k><w>${i >> 1}</w></l>`))),
  xmlBomb("entries that refer to nobody", document(fill((i) => `<l><k>${i}</k><w>-</w></l>`))),
  xmlBomb("one entry again and again", document(fill(() => "<l><k>1</k></l>"))),
  xmlBomb("lists that take turns", document(fill((i) => (i % 2 ? `<l><k>${i}</k></l>` : `<o><k>${i}</k></o>`)))),
  xmlBomb("values that are no number", document(fill(() => "<n>x</n>"))),
  xmlBomb("a number without end", document(`<d>${"9".repeat(60_000)}</d>`)),
  xmlBomb("a value for none of many types", document(fill(() => "<u>a</u>", 60_000))),
  xmlBomb("an instance-identifier of many steps", document(`<i>${"/b:c/b:l[b:k='a']".repeat(3400)}</i>`)),
  xmlBomb("an instance-identifier of many keys", document(`<i>/b:c/b:l${"[b:k='a']".repeat(6000)}</i>`)),
  xmlBomb("base64 that is none", document(`<b>${"A".repeat(60_001)}</b>`)),
  xmlBomb("text in very many pieces", document(`<s>${fill(() => "a<!---->")}</s>`)),
];

/** @param {string} name @param {string} text @returns {Bomb} */
function jsonBomb(name, text) {
  return {
    name: `json: ${name}`,
    prepare: dataSchema,
    run: ({ readJsonData, Validator }, schema) => {
      const { tree, errors } = readJsonData(schema, schema.root, checked(text));
      return errors.length > 0 ? errors : new Validator(schema).validate(tree);
    },
  };
}

const jsons = [
  jsonBomb("as deep as it goes", "[".repeat(65_000)),
  jsonBomb("as deep as it goes in anydata", `{"b:c":{"any":${'{"a":['.repeat(10_000)}`),
  jsonBomb("members that nothing knows", `{"b:c":{${fill((i) => `"a${i}":1,`)}"z":1}}`),
  jsonBomb("anydata of very many members", `{"b:c":{"any":{${fill((i) => `"a${i}":1,`)}"z":1}}}`),
  jsonBomb("one member again and again", `{"b:c":{${fill(() => '"s":"",')}"s":""}}`),
  jsonBomb("escapes", `{"b:c":{"s":"${fill(() => "\\u0041")}"}}`),
  jsonBomb("a number without end", `{"b:c":{"d":${"9".repeat(60_000)}}}`),
  jsonBomb("a power without end", `{"b:c":{"n":[1e${"9".repeat(60_000)}]}}`),
  jsonBomb("entries", `{"b:c":{"l":[${fill((i) => `{"k":"${i}"},`)}{"k":"z"}]}}`),
  jsonBomb("entries of nothing", `{"b:c":{"l":[${fill(() => "{},")}{}]}}`),
  jsonBomb("metadata of nothing", `{"b:c":{${fill((i) => `"@a${i}":{},`)}"@z":{}}}`),
];

const expressionTree = document(times(1500, (i) => `<l><k>${i}</k><u>${i}</u></l>`));

/** @param {string} name @param {string} text @returns {Bomb} */
function xpathBomb(name, text) {
  return {
    name: `xpath: ${name}`,
    prepare: (engine) => {
      const schema = dataSchema(engine);
      return { schema, tree: engine.readXmlData(schema, schema.root, expressionTree).tree };
    },
    run: ({ XPath, TreeEvaluation }, { schema, tree }) => {
      const names = { moduleOf: () => schema.module("b"), unprefixed: "any" };
      return new XPath(checked(text), /** @type {any} */ (names)).evaluate(new TreeEvaluation(schema, tree));
    },
  };
}

const xpaths = [
  xpathBomb("parentheses", "(".repeat(60_000)),
  xpathBomb("parentheses as deep as they go", `${"(".repeat(63)}1${")".repeat(63)}`),
  xpathBomb("brackets", "a[".repeat(4000)),
  xpathBomb("brackets as deep as they go", `${"//*[".repeat(60)}1${"]".repeat(60)}`),
  xpathBomb("minus", `${"-".repeat(8000)}1`),
  xpathBomb("ors", `0${" or 0".repeat(1600)}`),
  xpathBomb("unions of everything", `//*${"|//*".repeat(400)}`),
  xpathBomb("everything below everything", `${"//*".repeat(200)}`),
  xpathBomb("siblings of siblings", "//k/../following-sibling::*/preceding-sibling::*"),
  xpathBomb("all that follows all", "//*/following::*"),
  xpathBomb("all that precedes all, often", `//*${"/preceding::*/following::*".repeat(50)}`),
  xpathBomb("ancestors and descendants", `//*${"/ancestor-or-self::*/descendant-or-self::*".repeat(50)}`),
  xpathBomb("every value with every other", "//*[. = //*[. != //k]]"),
  xpathBomb("counted for each", "//l[count(//l[count(//l) > 1]) > 1]"),
  xpathBomb("not equal", "//k[not(. != //u)]"),
  xpathBomb("longer and longer strings", `concat(${"string(//c),".repeat(500)}'')`),
  xpathBomb("strings of everything for each", "//*[string-length(string(/)) > 1]"),
  xpathBomb("doubling strings", `${"concat(".repeat(60)}string(/)${",string(/))".repeat(60)}`),
  xpathBomb("a sum of everything for each", "//*[sum(//k) > 1]"),
  xpathBomb("a pattern that is costly", `re-match('${noise(4000)}', '([ab]*a[ab]{2000}c)?')`),
  xpathBomb("a costly pattern for each", `//k[re-match(concat(., '${noise(3000)}'), '([ab]*a[ab]{1000}c)?')]`),
  xpathBomb("another pattern for each", "//k[re-match('x', concat('(a{0,99}){0,90}', .))]"),
  xpathBomb("letters translated for each", `//k[translate('${noise(3000)}', '${noise(2000)}', 'a') = 'b']`),
];

/** @param {string} name @param {() => { data: string, filter: string }} make @returns {Bomb} */
function filterBomb(name, make) {
  return {
    name: `subtree: ${name}`,
    prepare: (engine) => {
      const schema = dataSchema(engine);
      const { data, filter } = make();
      return { schema, tree: engine.readXmlData(schema, schema.root, document(data)).tree, filter: checked(filter) };
    },
    run: ({ parseXml, filterBySubtree }, { schema, tree, filter }) => filterBySubtree(schema, tree, parseXml(filter)),
  };
}

const filters = [
  filterBomb("one list asked for over and over", () => ({
    data: times(2500, (i) => `<l><k>${i}</k></l>`),
    filter: `<f><c xmlns="urn:b">${fill(() => "<l><x/></l>")}</c></f>`,
  })),
  filterBomb("values asked for over and over", () => ({
    data: times(2500, (i) => `<v>${i}</v>`),
    filter: `<f><c xmlns="urn:b">${fill((i) => `<v>${i % 2500}</v>`)}</c></f>`,
  })),
  filterBomb("one container asked for over and over", () => ({
    data: times(2000, (i) => `<l><k>${i}</k></l>`),
    filter: `<f>${fill(() => '<c xmlns="urn:b"><l/></c>')}</f>`,
  })),
];

/** @param {string} name @param {() => { data: string, edit: string }} make @returns {Bomb} */
function editBomb(name, make) {
  return {
    name: `edit: ${name}`,
    prepare: (engine) => {
      const schema = dataSchema(engine);
      const { data, edit } = make();
      return { schema, tree: engine.readXmlData(schema, schema.root, document(data)).tree, edit: checked(edit) };
    },
    run: ({ parseXml, readEdit, applyEdit }, { schema, tree, edit }) => {
      const read = readEdit(schema, parseXml(edit));
      return read.errors.length > 0 ? read.errors : applyEdit(schema, tree, read.nodes);
    },
  };
}

const head = '<e xmlns:y="urn:ietf:params:xml:ns:yang:1" xmlns:n="urn:ietf:params:xml:ns:netconf:base:1.0">';
const edits = [
  editBomb("entries put first", () => ({
    data: times(1500, (i) => `<n>${i}</n>`),
    edit: `${head}<c xmlns="urn:b">${fill((i) => `<n y:insert="first">${20_000 + i}</n>`)}</c></e>`,
  })),
  editBomb("entries put before the last", () => ({
    data: times(3000, (i) => `<n>${i}</n>`),
    edit: `${head}<c xmlns="urn:b">${fill((i) => `<n y:insert="before" y:value="2999">${20_000 + i}</n>`)}</c></e>`,
  })),
  editBomb("entries deleted that are not there", () => ({
    data: "",
    edit: `${head}<c xmlns="urn:b">${fill((i) => `<l n:operation="delete"><k>${i}</k></l>`)}</c></e>`,
  })),
];

/** @type {readonly Bomb[]} */
export const bombs = [...schemas, ...patterns, ...xmls, ...jsons, ...xpaths, ...filters, ...edits];
