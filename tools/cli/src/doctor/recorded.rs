//! Snapshots to judge without a chain: a healthy chain, which tests then break.

use std::collections::BTreeMap;

use api::bsn::{
    AdminResponse, Amount, BitcoinHealth, ChannelHealth, ConfigResponse, FinalityHealth, HealthResponse,
    HooksHealth, Network, OutboxHealth, OutboxResponse, RewardsResponse, StakingHealth, StateDigestResponse,
    TimestampsHealth, TrustResponse, TrustRow,
};
use cosmwasm_std::Uint128;

use super::snapshot::{
    Absent, Babylon, BlockSeen, ChannelEnd, Commitment, Deployed, FORM, IbcClient, Light, Module, NodeView,
    Outside, Part, Provider, Signing, Snapshot, Tip, Votes, unverified,
};

/// The last height.
pub const TIP: u64 = 50_000;
/// When that was, in seconds since 1970.
pub const TIME: u64 = 1_800_000_000;
/// The contract.
pub const BSN: &str = "app1bsn";
const STAKES: [u64; 4] = [40, 35, 30, 25];
const BTC: u64 = 100_000_000;
const ESPLORA_HASH: &str = "00000000000000000000aa";

/// The key of a finality provider, from 1.
pub fn key(index: u8) -> String {
    hex::encode([index; 32])
}

/// A finality provider with so many sats, that votes.
pub fn provider(index: u8, sats: u64) -> Provider {
    Provider {
        key: key(index),
        sats,
        power: sats,
        slashed: false,
        signing: Ok(Some(Signing { start_height: 1, last_signed_height: TIP - 1, jailed_until: None })),
        commitments: Ok(vec![Commitment { start: 1, count: 200_000, height: 1 }]),
    }
}

/// A chain on Bitcoin's mainnet on which everything is well. Nobody asked Babylon or Bitcoin.
pub fn healthy() -> Snapshot {
    let needs = |flag: &str| Absent::Needs(flag.to_owned());
    let keys: Vec<String> = (1..=4).map(key).collect();
    Snapshot {
        form: FORM,
        now: TIME + 3,
        contract: BSN.to_owned(),
        pace: None,
        node: "https://rpc.example-1.example".to_owned(),
        tip: Tip {
            chain_id: "app-1".to_owned(),
            height: TIP,
            time: TIME,
            is_catching_up: false,
            block_ms: 6_000,
        },
        nodes: vec![NodeView {
            name: "https://rpc.example-1.example".to_owned(),
            height: Some(TIP),
            fault: None,
            is_foreign: false,
        }],
        software: Ok(vec![
            ("github.com/CosmWasm/wasmd".to_owned(), "v0.61.15".to_owned()),
            ("github.com/CosmWasm/wasmvm/v3".to_owned(), "v3.0.8".to_owned()),
            ("github.com/cosmos/ibc-go/v10".to_owned(), "v10.5.0".to_owned()),
        ]),
        prefix: Ok("app".to_owned()),
        bsn: Ok(deployed(
            BSN,
            1,
            "c59c2a419bcc5d175d068d0fbbf43dee502ea3a56afe93ab3eec2b4a8a8ba4ba",
            "babylon-contract",
        )),
        light_client: Ok(deployed(
            "app1light",
            2,
            "b87b6587701a54dc4c5102b70b39ac8325bd50acc8d6832df5f9b6589f4fef94",
            "btc-light-client",
        )),
        staking: unverified(),
        module: Ok(Module {
            contracts: [BSN, "app1light", BSN, BSN].map(str::to_owned),
            begin_gas: 5_000_000,
            end_gas: 5_000_000,
            portion: "0.200000000000000000".to_owned(),
        }),
        blocks: Ok((TIP - 19..=TIP)
            .map(|height| BlockSeen {
                height,
                hook_errors: Vec::new(),
                misplaced: Vec::new(),
                forks: Vec::new(),
                finalized: Some(height - 1),
                events: Vec::new(),
            })
            .collect()),
        health: Ok(health()),
        config: Ok(config()),
        admin: Ok(AdminResponse { admin: Some(gov()), pending_admin: None, pending_renounce: false }),
        admin_is_contract: Ok(false),
        trust: Ok(TrustResponse {
            rows: vec![row("finality votes", "verified"), row("stake amounts", "trusted")],
        }),
        outbox: Ok(OutboxResponse { items: Vec::new() }),
        digest: Ok(StateDigestResponse {
            fps: 4,
            total_sats: Uint128::from(130 * BTC),
            sha256: "cd".repeat(32),
            next: None,
        }),
        babylon_digest: Err(needs("--babylon-digest")),
        balances: Ok(vec![Amount { denom: "uapp".to_owned(), amount: Uint128::new(1_000_000) }]),
        here: Ok(ChannelEnd {
            port: format!("wasm.{BSN}"),
            id: "channel-1".to_owned(),
            state: "open".to_owned(),
            ordered: true,
            version: "zoneconcierge-1".to_owned(),
            counterparty_port: "zoneconcierge".to_owned(),
            counterparty_id: "channel-9".to_owned(),
            connection: "connection-0".to_owned(),
            client: Ok(IbcClient {
                id: "07-tendermint-0".to_owned(),
                chain_id: "bbn-1".to_owned(),
                status: "Active".to_owned(),
                trusting_s: 119_880,
                unbonding_s: 180_000,
                updated: Ok(TIME),
            }),
            next_send: Ok(7),
            next_receive: Ok(40),
            in_flight: Ok(Vec::new()),
        }),
        there: Err(needs("--babylon-node")),
        babylon: Err(needs("--babylon-node")),
        transfer: Ok(ChannelEnd {
            port: "transfer".to_owned(),
            id: "channel-0".to_owned(),
            state: "open".to_owned(),
            ordered: false,
            version: "ics20-1".to_owned(),
            counterparty_port: "transfer".to_owned(),
            counterparty_id: "channel-8".to_owned(),
            connection: "connection-0".to_owned(),
            client: Err(needs("nothing")),
            next_send: Ok(1),
            next_receive: Ok(1),
            in_flight: Ok(Vec::new()),
        }),
        light: Ok(Light {
            network: Network::Mainnet,
            confirmation_depth: 10,
            finalization_timeout: 300,
            base_height: Some(890_000),
            tip_height: 900_000,
            tip_hash: ESPLORA_HASH.to_owned(),
            tip_time: TIME - 300,
            rebases: 0,
        }),
        bitcoin: Err(needs("--bitcoin")),
        anchors: Ok((TIP - 99..=TIP).collect()),
        providers: Ok(STAKES.iter().zip(1..).map(|(stake, index)| provider(index, stake * BTC)).collect()),
        votes: Ok((TIP - 29..TIP).map(|height| Votes { height, keys: keys.clone() }).collect()),
        waiting: Err(Absent::Nothing("finality waits for nobody".to_owned())),
    }
}

/// The same, with Babylon and Bitcoin.
pub fn with_everything() -> Snapshot {
    Snapshot {
        there: Ok(ChannelEnd {
            port: "zoneconcierge".to_owned(),
            id: "channel-9".to_owned(),
            counterparty_port: format!("wasm.{BSN}"),
            counterparty_id: "channel-1".to_owned(),
            client: Ok(IbcClient {
                id: "07-tendermint-3".to_owned(),
                chain_id: "app-1".to_owned(),
                status: "Active".to_owned(),
                trusting_s: 1_209_600,
                unbonding_s: 1_814_400,
                updated: Ok(TIME),
            }),
            next_send: Ok(40),
            next_receive: Ok(7),
            ..part(healthy().here)
        }),
        babylon: Ok(Babylon {
            chain_id: "bbn-1".to_owned(),
            moniker: "sentry".to_owned(),
            confirmation_depth: 10,
            finalization_timeout: 300,
            slashed: Ok(BTreeMap::new()),
            unbonding_s: Ok(180_000),
        }),
        bitcoin: Ok(Outside {
            name: "esplora".to_owned(),
            tip_height: 900_001,
            hash_at_ours: Some(ESPLORA_HASH.to_owned()),
        }),
        babylon_digest: Ok("cd".repeat(32)),
        ..healthy()
    }
}

/// A part that is there.
fn part<T>(part: Part<T>) -> T {
    match part {
        Ok(part) => part,
        Err(absent) => unreachable!("{absent:?}"),
    }
}

/// Governance of a chain whose addresses begin with `app`.
pub fn gov() -> String {
    bsn_rpc::address::of_module("app", "gov").unwrap_or_default()
}

fn deployed(address: &str, code_id: u64, checksum: &str, name: &str) -> Deployed {
    Deployed {
        address: address.to_owned(),
        code_id,
        checksum: checksum.to_owned(),
        pinned: true,
        admin: gov(),
        name: name.to_owned(),
        version: "0.2.0".to_owned(),
    }
}

fn row(what: &str, how: &str) -> TrustRow {
    TrustRow { what: what.to_owned(), how: how.to_owned(), by: "somebody".to_owned() }
}

fn health() -> HealthResponse {
    HealthResponse {
        finality: FinalityHealth {
            last_processed: TIP,
            last_finalized_height: Some(TIP - 1),
            last_final_block: Some(TIP - 2),
            waiting_for: None,
            longest_gap: 0,
            resumed: 0,
        },
        hooks: HooksHealth { last_begin_block: TIP, last_end_block: TIP, lost_recently: 0 },
        channel: ChannelHealth {
            state: "open".to_owned(),
            channel_id: Some("channel-1".to_owned()),
            connection_id: Some("connection-0".to_owned()),
            consumer_id: Some("07-tendermint-3".to_owned()),
            last_packet_age_s: Some(200),
            previous: Vec::new(),
        },
        bitcoin: BitcoinHealth {
            tip_height: Some(900_000),
            tip_age_s: Some(300),
            refused: 0,
            expiring: false,
        },
        timestamps: TimestampsHealth {
            height: TIP - 20_000,
            epoch: 77,
            trust: "bitcoin".to_owned(),
            waiting: 1,
        },
        staking: StakingHealth {
            fps: 4,
            active: 4,
            total_power: Uint128::from(130 * BTC),
            ranked_power: Uint128::from(130 * BTC),
            without_randomness: Uint128::zero(),
            pop_trusted: 0,
            quarantined: 0,
            queued: 0,
            verified: None,
        },
        paused: Vec::new(),
        outbox: OutboxHealth { waiting: 0, refused: 0 },
        rewards: RewardsResponse {
            owed: Vec::new(),
            undistributed: vec![Amount { denom: "uapp".to_owned(), amount: Uint128::new(1_000_000) }],
            handed_over: Vec::new(),
            burned: Vec::new(),
        },
        alarms: Vec::new(),
    }
}

fn config() -> ConfigResponse {
    let own = || BSN.to_owned();
    ConfigResponse {
        network: Network::Mainnet,
        btc_confirmation_depth: 10,
        checkpoint_finalization_timeout: 300,
        btc_light_client: Some("app1light".to_owned()),
        btc_staking: own(),
        btc_finality: own(),
        babylon: own(),
        staking: own(),
        finality: own(),
        stake_source: "babylon".to_owned(),
        stake_verifier: None,
        consumer_name: "App".to_owned(),
        consumer_description: "an appchain".to_owned(),
        denom: "uapp".to_owned(),
        ibc_packet_timeout_days: 28,
        destination_module: "btcstaking".to_owned(),
        connection_id: Some("connection-0".to_owned()),
        babylon_chain_id: Some("bbn-1".to_owned()),
        reward_denoms: vec!["uapp".to_owned()],
        burn_slashed_rewards: false,
        finality_activation_height: 1,
        max_active_finality_providers: 100,
        min_pub_rand: 100,
        max_pub_rand_commit_offset: 1_600_000,
        reward_interval: 100,
        missed_blocks_window: 100,
        min_signed_percent: 50,
        jail_duration: 86_400,
        max_jailed_percent: 33,
        vote_window: 100,
        vote_retention: 1_000,
        anchor_retention_s: 1_209_600,
        max_backlog: 10_000,
        resume_delay: 1_000,
        rebind_delay: 86_400,
        orphan_grace: 86_400,
        reward_group: 10,
        min_active_percent: 0,
    }
}

/// That a check says this first: its severity and its text.
#[cfg(test)]
pub fn says(verdict: super::check::Verdict, expected: &str) {
    let seen = verdict.unwrap();
    assert_eq!(format!("{}: {}", seen[0].severity, seen[0].text), expected, "{seen:#?}");
}
