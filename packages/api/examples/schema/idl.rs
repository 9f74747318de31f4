use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use cosmwasm_schema::Api;
use cosmwasm_schema::schemars::schema::RootSchema;
use cosmwasm_schema::schemars::schema_for;
use serde_json::Value;

use super::strict;

/// By the name of a query, the type of its answer.
macro_rules! responses {
    ($($query:ident: $answer:ty),* $(,)?) => {
        BTreeMap::from([$((stringify!($query).to_owned(), schema_for!($answer))),*])
    };
}

/// The IDL of `bsn`.
pub fn bsn() -> Result<Value> {
    use bsn_api::bsn::*;
    render(Api {
        contract_name: "bsn".into(),
        contract_version: env!("CARGO_PKG_VERSION").into(),
        instantiate: Some(schema_for!(InstantiateMsg)),
        execute: Some(schema_for!(ExecuteMsg)),
        query: Some(schema_for!(QueryMsg)),
        migrate: Some(schema_for!(MigrateMsg)),
        sudo: Some(schema_for!(SudoMsg)),
        responses: Some(responses! {
            config: ConfigResponse,
            admin: AdminResponse,
            finality_provider: FinalityProvider,
            finality_providers: FinalityProvidersResponse,
            finality_provider_info: FinalityProviderInfo,
            finality_providers_by_total_active_sats: FinalityProvidersByTotalActiveSatsResponse,
            delegations_by_f_p: DelegationsByFpResponse,
            delegation: Delegation,
            delegations: DelegationsResponse,
            state_digest: StateDigestResponse,
            finality_provider_power: PowerResponse,
            finality_provider_power_batch: PowersResponse,
            first_pub_rand_commit: Option<PubRandCommit>,
            last_pub_rand_commit: Option<PubRandCommit>,
            pub_rand_commit: Vec<PubRandCommit>,
            signing_info: Option<SigningInfo>,
            last_finalized_height: Option<u64>,
            block: IndexedBlock,
            blocks: BlocksResponse,
            votes: VotesResponse,
            finality_signature: FinalitySignatureResponse,
            evidence: EvidenceResponse,
            jailed_finality_providers: JailedFinalityProvidersResponse,
            active_finality_providers: ActiveFinalityProvidersResponse,
            activated_height: u64,
            last_consumer_header: ConsumerHeader,
            consumer_header: ConsumerHeader,
            babylon_base_epoch: BabylonEpoch,
            babylon_last_epoch: BabylonEpoch,
            babylon_epoch: BabylonEpoch,
            babylon_checkpoint: BabylonCheckpoint,
            last_consumer_height: HeightResponse,
            transfer_info: Option<String>,
            finality_status: FinalityStatusResponse,
            last_final_block: Option<LastFinalBlockResponse>,
            pruned: PrunedResponse,
            health: HealthResponse,
            outbox: OutboxResponse,
            quarantined: QuarantinedResponse,
            trust: TrustResponse,
            rewards: RewardsResponse,
            grid: Option<GridResponse>,
        }),
    })
}

/// The IDL of the Bitcoin light client.
pub fn btc_light_client() -> Result<Value> {
    use bsn_api::btc_light_client::*;
    render(Api {
        contract_name: "btc-light-client".into(),
        contract_version: env!("CARGO_PKG_VERSION").into(),
        instantiate: Some(schema_for!(InstantiateMsg)),
        execute: Some(schema_for!(ExecuteMsg)),
        query: Some(schema_for!(QueryMsg)),
        migrate: Some(schema_for!(MigrateMsg)),
        sudo: None,
        responses: Some(responses! {
            admin: AdminResponse,
            config: ConfigResponse,
            btc_base_header: BtcHeaderResponse,
            btc_tip_header: BtcHeaderResponse,
            btc_header: BtcHeaderResponse,
            btc_header_by_hash: BtcHeaderResponse,
            btc_headers: BtcHeadersResponse,
            confirmations: ConfirmationsResponse,
            is_included: IsIncludedResponse,
            rules: RulesResponse,
        }),
    })
}

/// The IDL of the contract that verifies delegations.
pub fn btc_staking() -> Result<Value> {
    use bsn_api::btc_staking::*;
    render(Api {
        contract_name: "btc-staking".into(),
        contract_version: env!("CARGO_PKG_VERSION").into(),
        instantiate: Some(schema_for!(InstantiateMsg)),
        execute: Some(schema_for!(ExecuteMsg)),
        query: Some(schema_for!(QueryMsg)),
        migrate: Some(schema_for!(MigrateMsg)),
        sudo: None,
        responses: Some(responses! {
            config: ConfigResponse,
            item: ItemResponse,
            items: ItemsResponse,
            staker: ItemsResponse,
            fp: ItemsResponse,
            params: ParamsResponse,
            slashing_data: SlashingDataResponse,
            trust: TrustResponse,
            payout: PayoutResponse,
            rewards: RewardsResponse,
            staker_rewards: RewardsPage,
            fp_rewards: FpRewardsResponse,
        }),
    })
}

fn render(api: Api) -> Result<Value> {
    let (query, responses) = (api.query.as_ref(), api.responses.as_ref());
    let asked = variants(query.context("no queries")?)?;
    let answered: BTreeSet<String> = responses.context("no answers")?.keys().cloned().collect();
    ensure!(asked == answered, "queries and answers differ: {:?}", asked.symmetric_difference(&answered));
    let mut idl = serde_json::to_value(api.render())?;
    strict::no_other_fields(&mut idl);
    strict::titles_as_types(&mut idl);
    Ok(idl)
}

/// The names of an enum's variants.
fn variants(schema: &RootSchema) -> Result<BTreeSet<String>> {
    let schema = serde_json::to_value(schema)?;
    let variants = schema["oneOf"].as_array().context("an enum is written as oneOf")?;
    let names = variants.iter().filter_map(|variant| variant["required"][0].as_str());
    Ok(names.map(str::to_owned).collect())
}
