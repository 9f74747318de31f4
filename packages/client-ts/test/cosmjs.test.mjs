import assert from "node:assert/strict";
import { test } from "node:test";
import Ajv from "ajv";
import { Registry } from "@cosmjs/proto-signing";
import { MsgExecuteContract } from "cosmjs-types/cosmwasm/wasm/v1/tx";
import { InvalidArgumentError } from "bsn-client";
import { bsnMessages } from "bsn-client/cosmjs";
import { schemas } from "../scripts/schema.mjs";
import { ADDRESS, EMPTY_ADDRESS } from "./support/chain.mjs";
import { fails } from "./support/setting.mjs";

const messages = bsnMessages(EMPTY_ADDRESS, ADDRESS);
const schema = schemas().find(({ title }) => title === "ExecuteMsg");
const json = ({ value }) => JSON.parse(new TextDecoder().decode(value.msg));

/** The smallest value of a schema. */
const sample = (of) => {
  if (of.$ref) return sample(schema.definitions[of.$ref.split("/").at(-1)]);
  if (of.allOf) return sample(of.allOf[0]);
  if (of.anyOf || of.oneOf) return sample((of.anyOf ?? of.oneOf)[0]);
  if (of.enum) return of.enum[0];
  switch ([of.type].flat()[0]) {
    case "object":
      return Object.fromEntries(Object.entries(of.properties ?? {}).map(([name, field]) => [name, sample(field)]));
    case "array":
      return Array.isArray(of.items) ? of.items.map(sample) : [sample(of.items)];
    case "integer":
      return 7;
    case "boolean":
      return true;
    default:
      return "AQI=";
  }
};

test("every message of bsn has a composer, and what it composes is what the contract reads", () => {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const validate = ajv.compile(schema);
  const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  const variants = schema.oneOf.map((variant) => variant.required[0]);
  assert.deepEqual(Object.keys(messages), variants.map(camel));
  for (const variant of schema.oneOf) {
    const [name] = variant.required;
    const msg = json(messages[camel(name)](sample(variant.properties[name])));
    assert.ok(validate(msg), `${name}: ${ajv.errorsText(validate.errors)}`);
    assert.deepEqual(Object.keys(msg), [name]);
  }
});

test("cosmjs encodes it", () => {
  const registry = new Registry([["/cosmwasm.wasm.v1.MsgExecuteContract", MsgExecuteContract]]);
  const decoded = MsgExecuteContract.decode(registry.encode(messages.retryOutbox({ fp_pubkey_hex: "ab".repeat(32) })));
  assert.deepEqual([decoded.sender, decoded.contract, decoded.funds], [EMPTY_ADDRESS, ADDRESS, []]);
  assert.equal(new TextDecoder().decode(decoded.msg), `{"retry_outbox":{"fp_pubkey_hex":"${"ab".repeat(32)}"}}`);
});

test("bytes become base64, deep inside too; a message without fields needs no argument", () => {
  const vote = { app_hash: Uint8Array.of(1, 2), signature: "AQI=" };
  const msg = json(messages.submitEvidence({ fp_pubkey_hex: "ab", height: 5, pub_rand: Uint8Array.of(255), first: vote, second: vote }));
  assert.equal(msg.submit_evidence.pub_rand, "/w==");
  assert.equal(msg.submit_evidence.first.app_hash, "AQI=");
  assert.deepEqual(json(messages.followBitcoin()), { follow_bitcoin: {} });
  assert.deepEqual(json(messages.updateAdmin({ admin: null })), { update_admin: { admin: null } });
});

test("a number that JSON would change, and an address that is none, are refused", async () => {
  for (const height of [2 ** 53, 1.5, -1, NaN])
    await fails(() => messages.resumeFinality({ halting_height: height, fp_pubkeys_hex: [] }), InvalidArgumentError, "invalid_argument", { argument: "resume_finality.halting_height" });
  await fails(() => bsnMessages("me", ADDRESS), InvalidArgumentError, "invalid_argument", { argument: "sender" });
  await fails(() => bsnMessages(EMPTY_ADDRESS, "you"), InvalidArgumentError, "invalid_argument", { argument: "contract" });
});
