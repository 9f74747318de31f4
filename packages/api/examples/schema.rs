//! Writes the JSON schema of every message and answer: `cargo run -p bsn-api --example schema -- <folder>`.
//!
//! `<folder>/bsn/*.json` and `<folder>/btc-light-client/*.json`, one file for each type, named after it.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};
use cosmwasm_schema::schemars::{JsonSchema, schema_for};

fn write<T: JsonSchema>(folder: &Path) -> Result<()> {
    let text = serde_json::to_string_pretty(&schema_for!(T))? + "\n";
    let path = folder.join(snake_case(&T::schema_name()) + ".json");
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn snake_case(name: &str) -> String {
    name.char_indices().fold(String::new(), |mut snake, (at, letter)| {
        if at > 0 && letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
        snake
    })
}

macro_rules! write_all {
    ($folder:expr, $contract:ident: $($ty:ident),* $(,)?) => {{
        let folder: PathBuf = $folder;
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        $(write::<bsn_api::$contract::$ty>(&folder)?;)*
    }};
}

/// The events of `bsn`, as a table for whoever sets alarms.
fn write_events(folder: &Path) -> Result<()> {
    let mut text =
        String::from("# Events of `bsn`\n\nGenerated. On a chain each type begins with `wasm-`.\n");
    for (ty, when, attributes) in bsn_api::bsn::event::LIST {
        text += &format!("\n## `{ty}`\n\n{}\n\n| attribute | what |\n|---|---|\n", when.trim());
        for (name, what) in *attributes {
            text += &format!("| `{name}` | {} |\n", what.trim());
        }
    }
    let path = folder.join("events.md");
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn main() -> Result<()> {
    let root = PathBuf::from(env::args_os().nth(1).context("say into which folder")?);
    write_all!(root.join("bsn"), bsn:
        InstantiateMsg, ExecuteMsg, QueryMsg, SudoMsg, MigrateMsg,
        ActiveFinalityProvidersResponse, AdminResponse, BabylonCheckpoint, BabylonEpoch, BlocksResponse,
        ConfigResponse, ConsumerHeader,
        Delegation, DelegationsByFpResponse, DelegationsResponse, EvidenceResponse, FinalityProvider, FinalityProviderInfo,
        FinalityProvidersByTotalActiveSatsResponse, FinalityProvidersResponse, FinalitySignatureResponse,
        FinalityStatusResponse, HealthResponse, HeightResponse, IndexedBlock,
        JailedFinalityProvidersResponse, LastFinalBlockResponse, OutboxResponse, PowerResponse,
        PowersResponse, PrunedResponse, PubRandCommit, QuarantinedResponse, RewardsResponse, SigningInfo, StateDigestResponse, TrustResponse, VotesResponse,
    );
    write_events(&root.join("bsn"))?;
    write_all!(root.join("btc-light-client"), btc_light_client:
        InstantiateMsg, ExecuteMsg, QueryMsg, MigrateMsg,
        AdminResponse, BtcHeaderResponse, BtcHeadersResponse, ConfigResponse, ConfirmationsResponse,
        IsIncludedResponse, RulesResponse,
    );
    Ok(())
}
