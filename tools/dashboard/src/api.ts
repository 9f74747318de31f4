// What `bsn serve` answers at /api (tools/cli/src/serve/api.rs). Times are milliseconds since 1970, power is in sats.

/** Somebody who votes. `name` is what Babylon calls it, and may hold anything. */
export interface Provider {
  key: string;
  name: string | null;
  operator: string;
  power: number;
  active: boolean;
  slashed_height: number;
  jailed_until_s: number;
  /** The last height that it has committed randomness for, and how far of that Bitcoin has timestamped; 0 for none. */
  randomness_end: number;
  timestamped_end: number;
  /** How many heights its last commitment covers. */
  commitment: number;
  voted: number;
  missed: number;
  last_voted: number;
}

/**
 * A height. `votes` holds a letter for each provider, in their order: `v` voted, `m` did not, `?` may still, `f` voted for a
 * fork, `x` signed twice, `-` had no power.
 */
export interface Height {
  height: number;
  time: number | null;
  state: "open" | "quorum" | "hole" | "skipped" | "resumed" | "unread";
  votes: string;
  /** Whether the contract's EndBlock did not take effect there. */
  lost: boolean;
  voted_power: number;
  total_power: number;
  /** How many blocks the final block was behind when this block was made; `null` where nobody watched. */
  lag: number | null;
}

/** A minute: when it began, the worst lag in blocks (-1 for not known), how many hooks were lost. */
export type Minute = [time: number, lag: number, holes: number];

export interface Client {
  id: string;
  status: string;
  /** When it expires unless it is updated; `null` where that cannot be known. */
  expires: number | null;
}

/** One end of the link: the appchain's or Babylon's. */
export interface End {
  channel: string;
  state: string;
  client: Client | null;
  /** Packets that it sent and that were not taken or acknowledged yet; `null` for not known. */
  unrelayed: number | null;
  error: string | null;
}

export interface Happening {
  height: number;
  time: number | null;
  kind: string;
  key: string | null;
  what: string;
}

export interface Amount {
  amount: string;
  denom: string;
}

export interface Health {
  alarms: string[];
  bitcoin: { expiring: boolean; refused: number; tip_age_s?: number | null; tip_height?: number | null };
  channel: { state: string; channel_id?: string | null; connection_id?: string | null; consumer_id?: string | null; last_packet_age_s?: number | null };
  finality: {
    last_final_block?: number | null;
    last_finalized_height?: number | null;
    last_processed: number;
    longest_gap: number;
    resumed: number;
    waiting_for?: { height: number; total_power: string; voted_power: string } | null;
  };
  hooks: { last_begin_block: number; last_end_block: number; lost_recently: number };
  outbox: { refused: number; waiting: number };
  paused: string[];
  rewards: { burned: Amount[]; handed_over: Amount[]; owed: Amount[]; undistributed: Amount[] };
  staking: { active: number; fps: number; pop_trusted: number; quarantined: number; queued: number; ranked_power: string; total_power: string; without_randomness: string };
  timestamps: { epoch: number; height: number; trust: string; waiting: number };
}

export type Level = "critical" | "warning" | "unknown";

/** Something that needs attention. `hint` is what to do: a command, where there is one. */
export interface Check {
  id: string;
  level: Level;
  what: string;
  hint: string | null;
}

export interface Evidence {
  key: string;
  state: string;
  tries: number;
}

export interface State {
  version: 1;
  program: string;
  /** Which start of the server this is, and the number of its last change. */
  run: string;
  revision: number;
  now: number;
  chain: { id: string; contract: string; light_client: string | null; babylon: string | null; node: string; moniker: string; block_ms: number; is_devnet: boolean; rpc: string };
  /** `away`: no node answers. `unreadable`: one does, and the chain cannot be read of it. */
  reading: { state: "starting" | "ok" | "away" | "unreadable"; since: number; last_ok: number | null; error: string | null };
  tip: { height: number; time: number } | null;
  health: Health | null;
  providers: Provider[];
  providers_left_out: number;
  heights: Height[];
  minutes: Minute[];
  link: { here: End | null; babylon: End | null };
  outbox: Evidence[];
  feed: Happening[];
  /** What is counted since the server runs. */
  totals: { hooks_lost: number; hook_errors: number; evidence: number };
  checks: Check[];
  /** When `bsn doctor` last looked; `null` before it did. */
  examined: number | null;
  trust: { what: string; how: string; by: string }[];
}
