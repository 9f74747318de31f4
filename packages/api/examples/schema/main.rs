//! Writes what programs in other languages read of the contracts: `cargo run -p bsn-api --example schema -- <folder>`.
//!
//! `bsn.json`, `btc-light-client.json` and `btc-staking.json`: the IDL of each contract, in one file as CosmWasm 1.1 and later have it.
//! `events.json`: a JSON schema of the events; `events.md`: the same as a table for whoever sets alarms.
//! `deployment.json`: a JSON schema of `deployments/<chain-id>.json`.

mod events;
mod idl;
mod strict;

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};
use cosmwasm_schema::schemars::schema_for;
use serde_json::Value;

fn main() -> Result<()> {
    let folder = PathBuf::from(env::args_os().nth(1).context("say into which folder")?);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    write_json(&folder.join("bsn.json"), &idl::bsn()?)?;
    write_json(&folder.join("btc-light-client.json"), &idl::btc_light_client()?)?;
    write_json(&folder.join("btc-staking.json"), &idl::btc_staking()?)?;
    write_json(&folder.join("events.json"), &events::schema())?;
    write(&folder.join("events.md"), &events::table())?;
    write_json(&folder.join("deployment.json"), &serde_json::to_value(schema_for!(bsn_api::Deployment))?)
}

fn write_json(path: &Path, value: &Value) -> Result<()> {
    write(path, &(serde_json::to_string_pretty(value)? + "\n"))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
