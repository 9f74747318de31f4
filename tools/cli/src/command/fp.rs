//! `bsn fp`.

use anyhow::Result;
use clap::Args;

use crate::doctor::asked::Asked;
use crate::doctor::read;
use crate::exit::Exit;
use crate::fp;

/// `bsn fp`. Exit codes: 0 it votes, 2 it does not, 3 could not look.
#[derive(Debug, Args)]
pub struct Fp {
    /// Its BTC key, or how it begins; without one, everybody is listed.
    #[arg(value_name = "BTC_PK_HEX")]
    pub key: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Who is asked.
    #[command(flatten)]
    pub asked: Asked,
}

/// Runs it.
///
/// # Errors
/// [`Exit`] with its code.
pub fn run(args: &Fp) -> Result<()> {
    let snapshot = args.asked.sources().and_then(|sources| read::look(&sources));
    let snapshot = snapshot.map_err(|error| Exit::could_not_look(format!("{error:#}")))?;
    let Some(key) = &args.key else {
        println!("{}", fp::list(&snapshot).map_err(Exit::could_not_look)?);
        return Ok(());
    };
    let provider = fp::find(&snapshot, key).map_err(Exit::could_not_look)?;
    let card = fp::card(&snapshot, provider).map_err(|absent| Exit::could_not_look(fp::reason(&absent)))?;
    if args.json {
        println!("{}", serde_json::to_string(&card)?);
    } else {
        println!("{}", card.text(&snapshot));
    }
    match card.votes {
        true => Ok(()),
        false => Err(Exit { code: 2, text: String::new() }.into()),
    }
}
