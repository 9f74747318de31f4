import { toBase64, utf8 } from "./bytes.js";
import { ADDRESS } from "./deployment.js";
import { InvalidArgumentError } from "./errors.js";
import { EXECUTE } from "./execute.js";
import type { ExecuteMsg as Wire } from "./wire.js";

/** The contract's messages as they are given here: bytes as bytes or in base64. */
export type ExecuteMsg = Wire<string | Uint8Array>;

/** An amount of a coin, as cosmjs has it. */
export interface Coin {
  readonly denom: string;
  readonly amount: string;
}

/** What cosmjs calls `MsgExecuteContractEncodeObject`: give it to `signAndBroadcast` of a client whose registry knows wasm. */
export interface ExecuteEncodeObject {
  readonly typeUrl: "/cosmwasm.wasm.v1.MsgExecuteContract";
  readonly value: { sender: string; contract: string; msg: Uint8Array; funds: Coin[] };
}

type Camel<S extends string> = S extends `${infer Head}_${infer Rest}` ? `${Head}${Capitalize<Camel<Rest>>}` : S;
type Variant = ExecuteMsg extends infer M ? (M extends unknown ? keyof M & string : never) : never;
type ArgsOf<K extends Variant> = Extract<ExecuteMsg, Record<K, unknown>>[K];

/**
 * One function a message of `bsn`; what each does and who may send it: `ExecuteMsg`. Bytes may be given as bytes or in base64.
 */
export type BsnMessages = {
  readonly [K in Variant as Camel<K>]: (
    ...args: Record<string, never> extends ArgsOf<K> ? [args?: ArgsOf<K>] : [args: ArgsOf<K>]
  ) => ExecuteEncodeObject;
};

/** Composes the messages of one sender to one contract. None of them takes coins. */
export const bsnMessages = (sender: string, contract: string): BsnMessages => {
  for (const [name, address] of Object.entries({ sender, contract }))
    if (!ADDRESS.test(address)) throw new InvalidArgumentError(name, `${address} is not an address`);
  const compose = (variant: string) => (args: object = {}): ExecuteEncodeObject => ({
    typeUrl: "/cosmwasm.wasm.v1.MsgExecuteContract",
    value: { sender, contract, msg: utf8(JSON.stringify({ [variant]: plain(args, variant) })), funds: [] },
  });
  const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(EXECUTE.map((variant) => [camel(variant), compose(variant)])) as unknown as BsnMessages;
};

/** As the contract reads it: bytes in base64, amounts in digits; throws of a number that JSON would change. */
const plain = (value: unknown, path: string): unknown => {
  if (value instanceof Uint8Array) return toBase64(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && (!Number.isSafeInteger(value) || value < 0))
    throw new InvalidArgumentError(path, `${value} is not a whole number below 2^53`);
  if (Array.isArray(value)) return value.map((item, i) => plain(item, `${path}[${i}]`));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, `${path}.${key}`)]));
};
