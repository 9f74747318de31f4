// What ships, what it weighs, under which licences, and that what is written about it is true.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import Ajv from "ajv";
import { build } from "esbuild";
import { act, createElement } from "react";
import { create } from "react-test-renderer";
import { BadDeploymentError, createBsnClient, InvalidArgumentError, readDeployment } from "bsn-client";
import { generate } from "../scripts/types.mjs";
import { ADDRESS, EMPTY_ADDRESS } from "./support/chain.mjs";
import { fails, setting } from "./support/setting.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const json = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

test("the core is below 6 kB gzipped as a bundler takes it, and has no dependencies", async () => {
  const bundle = async (contents) => {
    const { outputFiles, metafile } = await build({ stdin: { contents, resolveDir: root }, bundle: true, minify: true, write: false, metafile: true, format: "esm", target: "es2022", outfile: "x.js" });
    return { bytes: gzipSync(outputFiles[0].contents, { level: 9 }).length, inputs: Object.keys(metafile.inputs) };
  };
  const core = await bundle(`export { createBsnClient } from "./dist/index.js"`);
  assert.ok(core.bytes < 6_000, `${core.bytes} bytes`);
  assert.ok(core.inputs.every((name) => !name.includes("node_modules")), core.inputs.join());
  const verify = await bundle(`export * from "./dist/verify.js"`);
  assert.ok(verify.bytes < 12_000, `${verify.bytes} bytes`);
  const { dependencies } = json("../package.json");
  assert.equal(dependencies, undefined);
});

test("only what is needed ships", () => {
  const out = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root, encoding: "utf8" });
  const packed = JSON.parse(out);
  const { files, unpackedSize } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0];
  const names = files.map(({ path }) => path);
  const odd = names.filter((name) => !/^(dist\/[\w-]+\.(js|d\.ts)|LICENSE|README\.md|THIRD_PARTY\.md|package\.json)$/.test(name));
  assert.deepEqual(odd, []);
  for (const name of ["dist/index.js", "dist/verify.d.ts", "dist/wire.d.ts", "LICENSE", "THIRD_PARTY.md"]) assert.ok(names.includes(name), name);
  assert.ok(unpackedSize < 250_000, `${unpackedSize} bytes`);
});

test("every package that is installed to build and test has a licence that we take, and is pinned", () => {
  const taken = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC", "MPL-2.0", "Zlib", "Unicode-3.0"];
  const packages = Object.entries(json("../package-lock.json").packages).filter(([name]) => name);
  assert.ok(packages.length > 20);
  for (const [name, { license, integrity }] of packages) {
    assert.ok(taken.includes(license), `${name}: ${license}`);
    assert.ok(integrity, name);
  }
  for (const [name, version] of Object.entries(json("../package.json").devDependencies)) assert.match(version, /^\d+\.\d+\.\d+$/, name);
});

test("the licence of what is bundled ships with it, and names the version", () => {
  const notice = readFileSync(new URL("../THIRD_PARTY.md", import.meta.url), "utf8");
  const licence = readFileSync(new URL("../node_modules/@noble/hashes/LICENSE", import.meta.url), "utf8");
  for (const line of licence.split("\n")) assert.ok(notice.includes(line.trim()), line);
  assert.ok(notice.includes(` ${json("../package.json").devDependencies["@noble/hashes"]},`));
});

test("the version is the workspace's", () => {
  const [, version] = /\[workspace\.package\][^[]*\nversion = "([^"]+)"/.exec(readFileSync(new URL("../../../Cargo.toml", import.meta.url), "utf8"));
  assert.equal(json("../package.json").version, version);
});

test("the types are those of the contract's schema today: `npm run generate`", () => {
  for (const [name, text] of generate()) assert.equal(readFileSync(new URL(`../src/${name}`, import.meta.url), "utf8"), text, name);
});

test("the README's examples do what they say", async (t) => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const examples = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]);
  assert.equal(examples.length, 5);
  const { chain, node } = await setting(t);
  const growing = setInterval(() => chain.grow(), 50);
  t.after(() => clearInterval(growing));
  const signedTx = new TextEncoder().encode("signed");
  const given = { rpc: node.url, address: ADDRESS, signedTx, height: 5, otherNodes: [node.url], sender: EMPTY_ADDRESS, fp: "ab".repeat(32) };
  const imports = examples.flatMap((code) => code.match(/^import .*$/gm) ?? []);
  const body = examples.map((code) => code.replace(/^import .*$/gm, "")).join("\n");
  const module = new URL("readme.tmp.mjs", import.meta.url);
  t.after(() => rmSync(module, { force: true }));
  writeFileSync(module, `${imports.join("\n")}\nexport const run = async ({ ${Object.keys(given).join(", ")} }, console) => {\n${body}\nreturn { bsn, txHash, block, status, verified, Receipt, message };\n};\n`);
  const { run } = await import(module);
  const said = [];
  const { bsn, txHash, block, status, verified, Receipt, message } = await run(given, { log: (line) => said.push(line) });
  assert.equal(said[0], `in block ${block.height}, final by height ${block.certifiedBy}`);
  assert.deepEqual([status.block, verified.txHash, verified.height], ["final", txHash, block.height]);
  assert.equal(message.typeUrl, "/cosmwasm.wasm.v1.MsgExecuteContract");
  globalThis.IS_REACT_ACT_ENVIRONMENT = true;
  t.mock.method(console, "error", () => {});
  let shown;
  await act(async () => (shown = create(createElement(Receipt, { bsn, txHash }))));
  while (shown.toJSON() === "Not final yet") await act(() => new Promise((resolve) => setTimeout(resolve, 5)));
  assert.equal(shown.toJSON(), `Final in block ${block.height}`);
  await act(async () => shown.unmount());
});

test("the README lists every code of an error", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const codes = [...readFileSync(new URL("../src/errors.ts", import.meta.url), "utf8").split(";")[0].matchAll(/\| "(\w+)"/g)].map((match) => match[1]);
  for (const code of codes) assert.ok(readme.includes(`\`${code}\``), code);
});

const DEPLOYMENT = { version: 1, chain_id: "consumer-1", rpc: [], bitcoin: "regtest", bsn: { address: ADDRESS } };

test("a deployment brings address, chain and nodes; nodes given beside it win", async (t) => {
  const { node } = await setting(t);
  const bsn = createBsnClient({ deployment: { ...DEPLOYMENT, rpc: [node.url], of_others: true } });
  assert.equal((await bsn.finalityStatus(5)).block, "final");
  assert.deepEqual([bsn.address, bsn.context.chainId], [ADDRESS, "consumer-1"]);
  const other = createBsnClient({ deployment: { ...DEPLOYMENT, rpc: ["http://127.0.0.1:1"] }, rpc: node.url });
  assert.equal((await other.finalityStatus(5)).block, "final");
});

test("a deployment that is none is refused with the path of the culprit", async () => {
  const cases = {
    version: [{ version: 2 }, { version: undefined }],
    chain_id: [{ chain_id: "" }, { chain_id: 5 }],
    rpc: [{ rpc: "http://a" }, { rpc: [5] }],
    "bsn.address": [{ bsn: {} }, { bsn: undefined }, { bsn: { address: null } }, { bsn: { address: "app1" } }],
  };
  for (const [path, changes] of Object.entries(cases))
    for (const change of changes) await fails(() => createBsnClient({ deployment: { ...DEPLOYMENT, ...change }, rpc: "http://a" }), BadDeploymentError, "bad_deployment", { path });
  for (const value of [null, "file.json", []]) await fails(() => createBsnClient({ deployment: value }), BadDeploymentError, "bad_deployment");
  await fails(() => createBsnClient({ deployment: DEPLOYMENT }), InvalidArgumentError, "invalid_argument", { argument: "rpcs" });
  await fails(() => createBsnClient({ deployment: DEPLOYMENT, rpc: "http://a", chainId: "other-1" }), InvalidArgumentError, "invalid_argument", { argument: "chainId" });
});

test("the deployments of this tree are read, and what the schema refuses is refused here", (t) => {
  const schema = new URL("../../../schema/deployment.json", import.meta.url);
  const folder = new URL("../../../deployments/", import.meta.url);
  if (!existsSync(schema) || !existsSync(folder)) return t.skip("no deployments in this tree");
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(json(pathToFileURL(fileURLToPath(schema))));
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  assert.ok(files.length);
  for (const name of files) {
    const deployment = JSON.parse(readFileSync(new URL(name, folder), "utf8"));
    assert.ok(validate(deployment), name);
    assert.equal(`${readDeployment(deployment).chainId}.json`, name);
    for (const field of ["version", "chain_id", "bsn"]) {
      const without = { ...deployment, [field]: undefined };
      assert.ok(!validate(JSON.parse(JSON.stringify(without))));
      assert.throws(() => readDeployment(without), BadDeploymentError);
    }
  }
});
