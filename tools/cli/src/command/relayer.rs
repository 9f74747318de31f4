//! `bsn relayer`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args as Group, ValueEnum};

use crate::config::{Common, Output, Setup};
use crate::deploy::record::peek;
use crate::relayer::facts::Grpc;
use crate::relayer::{Written, facts, hermes, rly};

/// A relayer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Program {
    /// The Go relayer.
    Rly,
    /// The Rust relayer.
    Hermes,
}

/// `bsn relayer`.
#[derive(Debug, Group)]
pub struct Relayer {
    /// Which.
    #[arg(value_enum)]
    pub program: Program,
    /// Where the files are written.
    #[arg(long, default_value = "relayer", value_name = "FOLDER")]
    pub out: PathBuf,
    /// The gRPC address of a node of the appchain; hermes needs it.
    #[arg(long, value_name = "URL")]
    pub grpc: Option<String>,
    /// The gRPC address of a node of Babylon.
    #[arg(long, value_name = "URL")]
    pub babylon_grpc: Option<String>,
    /// What a unit of gas costs on the appchain, such as 0.01uapp.
    #[arg(long, env = "BSN_GAS_PRICES", value_name = "PRICE")]
    pub gas_prices: Option<String>,
    /// The same on Babylon.
    #[arg(long, env = "BSN_BABYLON_GAS_PRICES", value_name = "PRICE")]
    pub babylon_gas_prices: Option<String>,
    /// The appchain's end of the channel of rewards, once it is linked.
    #[arg(long, env = "BSN_ICS20_CHANNEL", value_name = "CHANNEL")]
    pub ics20_channel: Option<String>,
    /// Chains, file, output.
    #[command(flatten)]
    pub common: Common,
}

/// Writes the files.
///
/// # Errors
/// One sentence.
pub fn run(args: &Relayer) -> Result<()> {
    let mut setup = Setup::load(&args.common)?;
    if setup.file.is_alone() {
        bail!("{} says that the chain goes without Babylon: there is nothing to relay", setup.path.display());
    }
    let file = &mut setup.file;
    for (given, set) in [
        (&args.gas_prices, &mut file.chain.gas_prices),
        (&args.babylon_gas_prices, &mut file.babylon.gas_prices),
        (&args.ics20_channel, &mut file.bsn.ics20_channel),
    ] {
        *set = given.clone().or_else(|| set.take());
    }
    let id = setup.chain()?.status()?.chain_id;
    // Clients and connection come before the contract.
    let record = peek(&setup.deployments, &id).ok();
    let grpc = Grpc { chain: args.grpc.clone(), babylon: args.babylon_grpc.clone() };
    let facts = facts::read(&setup, record.as_ref(), &grpc)?;
    let named = setup.file.bsn.ics20_channel.as_deref();
    if let Some(id) = named.filter(|_| facts.appchain.transfer.is_none()) {
        bail!(
            "there is no {id} on {}, which `bsn.ics20_channel` names: set it once `link` has run",
            facts.appchain.id
        );
    }
    let files = match args.program {
        Program::Rly => rly::files(&facts),
        Program::Hermes => hermes::files(&facts),
    };
    for file in &files {
        write(&args.out, file)?;
        if setup.output == Output::Text {
            println!("{}", args.out.join(file.path).display());
        }
    }
    if setup.output == Output::Json {
        let paths: Vec<_> = files.iter().map(|file| args.out.join(file.path)).collect();
        println!("{}", serde_json::json!({ "files": paths, "bsn": facts.bsn }));
    } else {
        let next = match (&facts.appchain.transfer, &facts.bsn, &facts.appchain.channel) {
            (.., Some(_)) => "Both channels are open: open-channel.sh start.",
            (_, Some(_), None) => "The contract is there: open-channel.sh channel, then call this again.",
            (Some(_), None, _) => "The channel of rewards is there: bsn deploy, then call this again.",
            _ => {
                "Nothing is linked: open-channel.sh keys, fund both, open-channel.sh link, then set bsn.ics20_channel in bsn.toml to the channel that it made."
            }
        };
        println!("{next}");
    }
    Ok(())
}

fn write(folder: &Path, file: &Written) -> Result<()> {
    let path = folder.join(file.path);
    let Some(parent) = path.parent() else { bail!("{} is no file", path.display()) };
    std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    crate::deploy::record::write(&path, &file.text)?;
    #[cfg(unix)]
    if file.is_program {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, mode)
            .with_context(|| format!("cannot make {} a program", path.display()))?;
    }
    Ok(())
}
