import type { Asking, BsnClient } from "./client.js";
import { InconsistentAnswerError } from "./errors.js";
import { checkHeight } from "./finality.js";
import { amount, get, list, maybe, object, text, whole } from "./read.js";

const keys = (value: unknown, path: string): string[] => text(value, path).split(",").filter(Boolean);
const flag = (value: unknown, path: string): boolean => text(value, path) === "true";
const textIfThere = (value: unknown, path: string): string | undefined => (value === undefined ? undefined : text(value, path));

/**
 * The events of `bsn` and how each attribute is read. `finalize_block` is called `height_quorum` here, as that is what it says:
 * a height has quorum, which makes *earlier* blocks final and not the block of that height.
 */
const EVENTS = {
  commit_public_randomness: { fp_pubkey_hex: text, start_height: whole, num_pub_rand: whole },
  submit_finality_signature: { fp_pubkey_hex: text, height: whole, verdict: text },
  submit_finality_signatures: { height: whole, votes: whole, counted: whole },
  slashed_finality_provider: {
    module: text,
    finality_provider: text,
    block_height: whole,
    canonical_app_hash: text,
    canonical_finality_sig: text,
    fork_app_hash: text,
    fork_finality_sig: text,
    extracted_secret_key: text,
  },
  finality_provider_status_change: { btc_pk: text, new_state: text },
  index_block: { module: text, last_height: whole },
  finalize_block: { module: text, finalized_height: whole },
  skip_height: { height: whole, reason: text },
  resume_finality: { halting_height: whole, through: whole, finality_providers: keys },
  close_grid: { height: whole, voted: amount, total: amount },
  bitcoin_timestamp: { height: whole },
  bootstrap: { finality_providers: keys, first_snapshot: whole },
  excuse_grid: { through: whole },
  set_paused: { packet_intake_until: whole, rewards: flag },
  unjail: { fp_pubkey_hex: text },
  item_refused: { kind: text, reason: text },
  finality_provider_registered: { fp_pubkey_hex: text },
  babylon_epoch: { epoch: whole, state: text },
  timestamped: { height: whole, epoch: whole },
  btc_headers_refused: { first_height: whole, reason: text },
  stake_expired: { btc_height: whole, fps: whole, more: flag },
  alarm: { what: text },
  outbox: { fp_pubkey_hex: text, state: text },
  reward: { denom: text, amount, state: text },
  channel: { channel_id: text, state: text },
  ibc: { channel: textIfThere, packet: textIfThere },
} as const;

type Wire = typeof EVENTS;
type Camel<S extends string> = S extends `${infer Head}_${infer Rest}` ? `${Head}${Capitalize<Camel<Rest>>}` : S;
type Attributes<T extends Record<string, (value: unknown, path: string) => unknown>> = {
  readonly [K in keyof T & string as K extends "finalized_height" ? "height" : Camel<K>]: ReturnType<T[K]>;
};

/** Where an event happened. */
export interface EventPlace {
  /** The block. */
  readonly blockHeight: number;
  /** Which transaction of it, from 0; `null` for the hooks of the block. */
  readonly txIndex: number | null;
}

/** An event of `bsn`: heights and counts `number`, amounts `bigint`, keys and hashes hex. `type` tells them apart. */
export type BsnEvent = {
  [K in keyof Wire]: { readonly type: K extends "finalize_block" ? "height_quorum" : K } & Attributes<Wire[K]> & EventPlace;
}[keyof Wire];

/** The types and attributes as they are on the wire; a test holds them to the schema. */
export const wireEvents = (): Record<string, string[]> =>
  Object.fromEntries(Object.entries(EVENTS).map(([name, attributes]) => [name, Object.keys(attributes)]));

/**
 * The events of one contract among those of a block or transaction, in order. Types of `bsn` that this version does not know
 * are left out, and so are those of other contracts, which may have any name.
 */
export const readEvents = (events: unknown, address: string, place: EventPlace): BsnEvent[] =>
  list(events ?? [], "events").flatMap((value) => {
    const event = object(value, "events[]");
    const name = get(event, "type", text).replace(/^wasm-/, "") as keyof Wire;
    if (!Object.hasOwn(EVENTS, name) || event.type === name) return [];
    const attributes = get(event, "attributes", list).map((one) => object(one, "attributes[]"));
    const find = (key: string): unknown => attributes.find((one) => one.key === key)?.value;
    if (find("_contract_address") !== address) return [];
    const fields = Object.entries(EVENTS[name]).map(([key, read]) => [
      key === "finalized_height" ? "height" : key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      read(find(key), `${name}.${key}`),
    ]);
    const type = name === "finalize_block" ? "height_quorum" : name;
    return [{ type, ...Object.fromEntries(fields), ...place } as BsnEvent];
  });

/** All events of one contract in `block_results`. */
export const readBlockResults = (value: unknown, address: string): BsnEvent[] => {
  const results = object(value, "block_results");
  const blockHeight = get(results, "height", whole);
  const txs = maybe(results, "txs_results", list) ?? [];
  return [
    ...txs.flatMap((tx, txIndex) => readEvents(object(tx, "txs_results[]").events, address, { blockHeight, txIndex })),
    ...readEvents(results.finalize_block_events, address, { blockHeight, txIndex: null }),
  ];
};

/** The events of a client's contract in one block. */
export const eventsAt = async ({ context }: BsnClient, height: number, { signal }: Asking = {}): Promise<BsnEvent[]> => {
  checkHeight(height);
  const { rpc, address } = context;
  const [results] = await rpc.ask(1, signal, async (url) => {
    const results = object(await rpc.call(url, "block_results", { height: String(height) }, signal), "block_results");
    const shown = get(results, "height", whole);
    if (shown !== height) throw new InconsistentAnswerError(url, `asked for the results of block ${height}, it shows those of ${shown}`);
    return results;
  });
  return readBlockResults(results, address);
};
