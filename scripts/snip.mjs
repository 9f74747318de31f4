// Empties functions that no contract ever runs, so that wasm-opt can drop them and what only they use: the backtrace
// that the standard library's own panic hook would print, and its demangler. Printing floats, which only an error of
// serde's would do on meeting one, prints nothing: the contracts read JSON of others without it
// (packages/api/src/read.rs). A pattern that matches nothing is an error: else a new compiler would undo this silently.
// Only where nothing else of floats is there either, as in a contract that reads all JSON so, is nothing missed.
//
// The danger: the compiler merges functions of equal code, so a small one may serve others than its name says. Hence
// only the few large ones that everything else hangs on are emptied, by their exact paths.
//
// usage: node snip.mjs in.wasm out.wasm
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

// As rustc mangles them, but for the hashes of crates.
const NEVER_RUN = [
  /14rustc_demangle8demangle$/,
  /14rustc_demangle(6legacy)?NtB\d_8DemangleN\w+7Display3fmt$/,
  /14rustc_demangle2v0NtB\d_5IdentN\w+7Display3fmt$/,
  /14rustc_demangle2v0NtB\d_7Printer\d+print_(path|type|const)$/,
  /3std9backtraceNtB\d_9BacktraceN\w+7Display3fmt$/,
];
const PRINTS_NOTHING = [/4core3fmt5floatdNtB\d_7Display3fmt$/];
const OF_FLOATS = /4core(3fmt5float|3num7flt2dec)/;

const [from, to] = process.argv.slice(2);
const wasm = binaryen.readBinary(readFileSync(from));
// What Rust's precompiled standard library uses; wasm-opt lowers it afterwards.
const { BulkMemory, BulkMemoryOpt, SignExt, MutableGlobals, NontrappingFPToInt, Multivalue, ReferenceTypes } =
  binaryen.Features;
wasm.setFeatures(
  BulkMemory | BulkMemoryOpt | SignExt | MutableGlobals | NontrappingFPToInt | Multivalue | ReferenceTypes,
);
const OK = 0;
const matched = new Set();
let hasFloats = false;
for (let i = 0; i < wasm.getNumFunctions(); i += 1) {
  const reference = wasm.getFunctionByIndex(i);
  const { name } = binaryen.getFunctionInfo(reference);
  hasFloats ||= OF_FLOATS.test(name);
  const pattern = [...NEVER_RUN, ...PRINTS_NOTHING].find((pattern) => pattern.test(name));
  if (pattern) {
    matched.add(pattern);
    const body = PRINTS_NOTHING.includes(pattern) ? wasm.i32.const(OK) : wasm.unreachable();
    binaryen.Function.setBody(reference, body);
  }
}
const missed = [...NEVER_RUN, ...(hasFloats ? PRINTS_NOTHING : [])].filter((pattern) => !matched.has(pattern));
if (missed.length > 0) {
  console.error(`no function of ${from} is called ${missed.join(" or ")}: does the compiler name them otherwise?`);
  process.exit(1);
}
binaryen.setDebugInfo(true);
writeFileSync(to, wasm.emitBinary());
