// The clients that wallets and dApps use, against a running devnet: they connect, sign, execute, query and search.
// BSN_DEVNET is what `bsn devnet --json` prints.
import assert from "node:assert/strict";
import { before, test } from "node:test";

import { CosmWasmClient, SigningCosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import { DirectSecp256k1HdWallet, makeCosmoshubPath } from "@cosmjs/proto-signing";
import { GasPrice, StargateClient } from "@cosmjs/stargate";
import { Comet38Client, HttpBatchClient } from "@cosmjs/tendermint-rpc";
import { TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";

import { hashHeader } from "./header.mjs";

const devnet = JSON.parse(process.env.BSN_DEVNET);
const { denom, prefix, bsn } = devnet;
const node = devnet.endpoints.chain;
const of = (name) => devnet.accounts.find((account) => account.name === name).address;
let wallet, client;

before(async () => {
  const hdPaths = [makeCosmoshubPath(0)];
  wallet = await DirectSecp256k1HdWallet.fromMnemonic(devnet.mnemonic, { prefix, hdPaths });
  client = await SigningCosmWasmClient.connectWithSigner(node, wallet, { gasPrice: GasPrice.fromString(`0.025${denom}`) });
});

const settled = async (height) => {
  while ((await client.getHeight()) < height) await new Promise((resolve) => setTimeout(resolve, 100));
};

test("the words give the first account", async () => {
  const [account] = await wallet.getAccounts();
  assert.equal(account.address, of("alice"));
  assert.equal(await client.getChainId(), devnet.chain_id);
});

test("coins are sent, with gas by simulation, and found again", async () => {
  const [alice, bob] = [of("alice"), of("bob")];
  const had = BigInt((await client.getBalance(bob, denom)).amount);
  const sent = await client.sendTokens(alice, bob, [{ denom, amount: "12345" }], "auto", "a memo");
  assert.equal(sent.code, 0, sent.rawLog);
  assert.equal(BigInt((await client.getBalance(bob, denom)).amount) - had, 12345n);
  const found = await client.getTx(sent.transactionHash);
  assert.equal(found.height, sent.height);
  const [byEvent] = (await client.searchTx(`transfer.recipient='${bob}' AND tx.height=${sent.height}`));
  assert.equal(byEvent.hash, sent.transactionHash);
  const { sequence } = await client.getSequence(alice);
  assert.ok(sequence >= 1);
});

test("a contract answers, also raw, and is known", async () => {
  const health = await client.queryContractSmart(bsn, { health: {} });
  assert.ok(health.height ?? health.chain ?? Object.keys(health).length > 0);
  const info = await client.getContract(bsn);
  assert.equal(info.label, "bsn");
  assert.equal(info.admin, devnet.gov);
  const version = await client.queryContractRaw(bsn, new TextEncoder().encode("contract_info"));
  assert.match(new TextDecoder().decode(version), /"contract"/);
  await assert.rejects(client.queryContractSmart(bsn, { nothing: {} }), /unknown variant|query wasm contract failed/);
});

test("a contract is executed, and what it refuses has its own text", async () => {
  const alice = of("alice");
  const { gasUsed, code } = await client.execute(of("alice"), bsn, { follow_bitcoin: {} }, 1_000_000).catch((error) => ({ error, code: -1 }));
  if (code === 0) assert.ok(gasUsed > 0n);
  await assert.rejects(client.execute(alice, bsn, { update_admin: { admin: alice } }, 1_000_000), /execute wasm contract failed|unknown variant/);
  await assert.rejects(client.execute(alice, bsn, { nothing: {} }, "auto"), /nothing/);
});

test("a second instance is made at the address that was predicted", async () => {
  const { codeId } = await client.getContract(devnet.btc_light_client);
  assert.ok(codeId > 0);
  const codes = await client.getCodes();
  assert.equal(codes.length, 2);
  assert.match(codes[0].checksum, /^[0-9a-f]{64}$/);
  assert.deepEqual(await client.getContracts(codeId), [devnet.btc_light_client]);
});

test("a wrong sequence and a wrong chain are refused with the SDK's codes", async () => {
  const alice = of("alice");
  const message = {
    typeUrl: "/cosmos.bank.v1beta1.MsgSend",
    value: { fromAddress: alice, toAddress: alice, amount: [{ denom, amount: "1" }] },
  };
  const fee = { amount: [{ denom, amount: "5000" }], gas: "200000" };
  const { accountNumber, sequence } = await client.getSequence(alice);
  const refused = async (data, code) => {
    const raw = await client.sign(alice, [message], fee, "", { accountNumber, sequence, chainId: devnet.chain_id, ...data });
    await assert.rejects(client.broadcastTxSync(TxRaw.encode(raw).finish()), (error) => error.code === code && error.codespace === "sdk");
  };
  await refused({ sequence: sequence + 7 }, 32);
  await refused({ chainId: "other-1" }, 4);
  await refused({ accountNumber: accountNumber + 1 }, 4);
});

test("blocks hash as CometBFT hashes them, and hang together", async () => {
  const comet = await Comet38Client.create(new HttpBatchClient(node));
  const height = await client.getHeight();
  const [block, before] = await Promise.all([comet.block(height), comet.block(height - 1)]);
  const raw = await (await fetch(`${node}/block?height=${height}`)).json();
  assert.equal(hashHeader(raw.result.block.header), raw.result.block_id.hash);
  assert.deepEqual(block.block.header.lastBlockId.hash, before.blockId.hash);
  const results = await comet.blockResults(height);
  assert.ok(Array.isArray(results.results));
  const { validators } = await comet.validators({ height });
  assert.equal(validators.length, 1);
  const { commit, header } = await comet.commit(height);
  assert.deepEqual(commit.blockId.hash, block.blockId.hash);
  assert.deepEqual(header.appHash, block.block.header.appHash);
  assert.ok((await comet.blockchain(height - 3, height)).blockMetas.length === 4);
  assert.equal((await comet.genesis()).chainId, devnet.chain_id);
  await comet.health();
  assert.ok(Number((await comet.abciInfo()).lastBlockHeight) >= height);
  comet.disconnect();
});

test("clients that only read connect too", async () => {
  const reader = await CosmWasmClient.connect(node);
  assert.equal((await reader.getBlock()).header.chainId, devnet.chain_id);
  const stargate = await StargateClient.connect(node);
  const height = await stargate.getHeight();
  await settled(height + 1);
  assert.ok((await stargate.getHeight()) > height);
  assert.equal(await reader.getAccount("bbnc1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqd4pgtx").catch(() => null), null);
});

test("heights become final while transactions flow", async () => {
  const before = await client.queryContractSmart(bsn, { last_finalized_height: {} });
  await settled((await client.getHeight()) + 3);
  const after = await client.queryContractSmart(bsn, { last_finalized_height: {} });
  assert.ok(after > before, `${before} -> ${after}`);
});
