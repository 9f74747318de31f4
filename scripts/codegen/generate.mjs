// TypeScript of the contracts' IDL, as the ecosystem's generator makes it: node generate.mjs <schema folder> <out folder>
//
// Types of both contracts. Of `bsn` also ts-codegen's client class. There is none of the light client: a query and a
// message of it share the name `btc_headers`, which two methods of one class cannot.
import codegen from "@cosmwasm/ts-codegen";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const generate = codegen.default ?? codegen;
const [schema, out] = process.argv.slice(2);
if (!schema || !out) throw new Error("usage: node generate.mjs <schema folder> <out folder>");
rmSync(out, { recursive: true, force: true });

for (const [name, client] of [["bsn", true], ["btc-light-client", false]]) {
  // ts-codegen takes a folder and wants it to hold one IDL.
  const dir = join(out, "idl", name);
  mkdirSync(dir, { recursive: true });
  copyFileSync(join(schema, `${name}.json`), join(dir, `${name}.json`));
  await generate({
    contracts: [{ name, dir }],
    outPath: join(out, name),
    options: { bundle: { enabled: false }, types: { enabled: true }, client: { enabled: client } },
  });
}
