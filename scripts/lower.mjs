// Replaces memory.copy and memory.fill, which chains refuse, by functions as wasm-opt's own lowering does; but these
// move eight bytes a turn, and memcmp compares eight. A VM meters each branch like fourteen instructions, so a loop
// over single bytes is most of what hashing and copying cost: a vote is 8 % cheaper, a batch of 60 votes 12 %.
//
// The danger: copies overlap. Forward copying is right where the destination lies below the source or behind its
// end; else the bytes are moved from the end. Both hold for chunks of eight too, because each chunk is read whole
// before it is written and chunks are at most as far apart as the bytes moved so far (lower.test.mjs tries every
// length, offset and alignment).
//
// usage: node lower.mjs in.wasm out.wasm
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import binaryen from "binaryen";

const { i32, i64, none } = binaryen;
/** The functions whose bodies are replaced: the first two are made by the lowering pass, the last one is Rust's. */
const REPLACED = ["__memory_copy", "__memory_fill", "memcmp"];

/** Enables what Rust's standard library uses; wasm-opt lowers the rest afterwards. */
export function enableFeatures(wasm) {
  const { BulkMemory, BulkMemoryOpt, SignExt, MutableGlobals, NontrappingFPToInt, Multivalue, ReferenceTypes } =
    binaryen.Features;
  wasm.setFeatures(
    BulkMemory | BulkMemoryOpt | SignExt | MutableGlobals | NontrappingFPToInt | Multivalue | ReferenceTypes,
  );
}

/** Lowers a module in place. Throws where one of the functions is missing: else a new compiler would undo this silently. */
export function lower(wasm) {
  wasm.runPasses(["llvm-memory-copy-fill-lowering"]);
  for (const name of REPLACED) {
    if (wasm.getFunction(name) === 0) throw new Error(`the module has no function ${name}`);
    wasm.removeFunction(name);
  }
  addCopy(wasm);
  addFill(wasm);
  addCompare(wasm);
  if (!wasm.validate()) throw new Error("the lowered module is not valid");
}

function addCopy(m) {
  const [to, from, size] = [0, 1, 2];
  const { local, constant, advance, shrink } = shorthand(m);
  const move = {
    8: (offset, a, b) => m.i64.store(offset, 1, a, m.i64.load(offset, 1, b)),
    4: (offset, a, b) => m.i32.store(offset, 1, a, m.i32.load(offset, 1, b)),
    2: (offset, a, b) => m.i32.store16(offset, 1, a, m.i32.load16_u(offset, 1, b)),
    1: (offset, a, b) => m.i32.store8(offset, 1, a, m.i32.load8_u(offset, 1, b)),
  };
  const forward = (bytes, offset = 0) => move[bytes](offset, local(to), local(from));
  const backward = (bytes) => move[bytes](0, m.i32.add(local(to), local(size)), m.i32.add(local(from), local(size)));
  const chunks = (bytes) => {
    const words = Array.from({ length: bytes / 8 }, (_, i) => forward(8, i * 8));
    const again = m.i32.ge_u(local(size), constant(bytes));
    const label = `forward ${bytes}`;
    const body = [...words, advance(to, bytes), advance(from, bytes), shrink(size, bytes), m.br_if(label, again)];
    return m.if(m.i32.ge_u(local(size), constant(bytes)), m.loop(label, m.block(null, body)));
  };
  const rest = (bytes) =>
    m.if(
      m.i32.and(local(size), constant(bytes)),
      m.block(null, [forward(bytes), advance(to, bytes), advance(from, bytes)]),
    );
  const restBackward = (bytes) =>
    m.if(m.i32.and(local(size), constant(bytes)), m.block(null, [shrink(size, bytes), backward(bytes)]));
  const fromStart = m.block(null, [chunks(32), chunks(8), rest(4), rest(2), rest(1)]);
  const words = m.block(null, [shrink(size, 8), backward(8), m.br_if("backward", local(size))]);
  const fromEnd = m.block(null, [
    restBackward(1),
    restBackward(2),
    restBackward(4),
    m.if(local(size), m.loop("backward", words)),
  ]);
  // Unsigned, so a destination below the source is far above it.
  const isApart = m.i32.ge_u(m.i32.sub(local(to), local(from)), local(size));
  m.addFunction(
    "__memory_copy",
    binaryen.createType([i32, i32, i32]),
    none,
    [],
    m.if(isApart, fromStart, fromEnd),
  );
}

function addFill(m) {
  const [to, value, size, word] = [0, 1, 2, 3];
  const { local, constant, advance, shrink } = shorthand(m);
  const eight = () => m.local.get(word, i64);
  const byte = m.i64.extend_u(m.i32.and(local(value), constant(0xff)));
  const body = [
    m.local.set(word, m.i64.mul(byte, m.i64.const(0x0101_0101_0101_0101n))),
    m.if(
      m.i32.ge_u(local(size), constant(8)),
      m.loop(
        "fill",
        m.block(null, [
          m.i64.store(0, 1, local(to), eight()),
          advance(to, 8),
          shrink(size, 8),
          m.br_if("fill", m.i32.ge_u(local(size), constant(8))),
        ]),
      ),
    ),
    m.if(
      m.i32.and(local(size), constant(4)),
      m.block(null, [m.i64.store32(0, 1, local(to), eight()), advance(to, 4)]),
    ),
    m.if(
      m.i32.and(local(size), constant(2)),
      m.block(null, [m.i64.store16(0, 1, local(to), eight()), advance(to, 2)]),
    ),
    m.if(m.i32.and(local(size), constant(1)), m.i64.store8(0, 1, local(to), eight())),
  ];
  m.addFunction("__memory_fill", binaryen.createType([i32, i32, i32]), none, [i64], m.block(null, body));
}

/** Passes what is equal eight bytes at a time, and finds the first byte that differs one by one. */
function addCompare(m) {
  const [a, b, size, left, right] = [0, 1, 2, 3, 4];
  const { local, constant, advance, shrink } = shorthand(m);
  const words = m.block("bytes", [
    m.br("bytes", m.i32.lt_u(local(size), constant(8))),
    m.loop(
      "eight",
      m.block(null, [
        m.br("bytes", m.i64.ne(m.i64.load(0, 1, local(a)), m.i64.load(0, 1, local(b)))),
        advance(a, 8),
        advance(b, 8),
        shrink(size, 8),
        m.br_if("eight", m.i32.ge_u(local(size), constant(8))),
      ]),
    ),
  ]);
  const differ = m.i32.ne(
    m.local.tee(left, m.i32.load8_u(0, 1, local(a)), i32),
    m.local.tee(right, m.i32.load8_u(0, 1, local(b)), i32),
  );
  const bytes = m.loop(
    "one",
    m.block(null, [
      m.if(differ, m.return(m.i32.sub(local(left), local(right)))),
      advance(a, 1),
      advance(b, 1),
      shrink(size, 1),
      m.br_if("one", local(size)),
    ]),
  );
  const body = m.block(null, [words, m.if(m.i32.eqz(local(size)), m.return(constant(0))), bytes, m.return(constant(0))]);
  m.addFunction("memcmp", binaryen.createType([i32, i32, i32]), i32, [i32, i32], body);
}

function shorthand(m) {
  const local = (index) => m.local.get(index, i32);
  const constant = (value) => m.i32.const(value);
  return {
    local,
    constant,
    advance: (index, by) => m.local.set(index, m.i32.add(local(index), constant(by))),
    shrink: (index, by) => m.local.set(index, m.i32.sub(local(index), constant(by))),
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [from, to] = process.argv.slice(2);
  const wasm = binaryen.readBinary(readFileSync(from));
  enableFeatures(wasm);
  try {
    lower(wasm);
  } catch (error) {
    console.error(`${from}: ${error.message}: does the compiler name it otherwise?`);
    process.exit(1);
  }
  binaryen.setDebugInfo(true);
  writeFileSync(to, wasm.emitBinary());
}
