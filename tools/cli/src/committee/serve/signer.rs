//! The thread that signs.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Result, bail};
use covenant::XOnlyKey;
use serde_json::json;
use tokio::sync::oneshot;

use super::Sheet;
use crate::bitcoin::Ledger;
use crate::committee::file::{Request, ShareFile};
use crate::committee::member::{Member, Refused, Registry};
use crate::committee::terms::Versions;
use crate::vote::show::Say;
use crate::vote::state::Disk;

/// How often parameters are read where nobody asks.
const EVERY: Duration = Duration::from_secs(60);
/// How long the last answer has to leave.
const LAST: Duration = Duration::from_millis(500);

/// A request, and who waits for its answer.
#[derive(Debug)]
pub struct Asked {
    /// What is asked.
    pub request: Request,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Result<ShareFile, Refused>>,
}

/// Answers until nobody can ask any more. Parameters are read anew before each answer. What is [shown](show) follows.
///
/// # Errors
/// One sentence: the disk failed, or the port ended.
pub fn run<D: Disk, R: Registry + ?Sized, L: Ledger + ?Sized>(
    member: &mut Member<'_, D, R, L>,
    versions: impl Fn() -> Result<Versions>,
    asked: &Receiver<Asked>,
    sheet: &Sheet,
    mut say: Say,
) -> Result<()> {
    loop {
        let next = match asked.recv_timeout(EVERY) {
            Ok(next) => Some(next),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => bail!("the port ended"),
        };
        let read = versions().map_err(|error| Refused::Away(format!("{error:#}")));
        let read = read.map(|versions| member.versions = versions);
        let Some(Asked { request, answer }) = next else {
            read.unwrap_or_else(|refused| say.note(&refused.to_string()));
            show(sheet, member);
            continue;
        };
        let signed = read.and_then(|()| member.sign(&request));
        let failed = matches!(signed, Err(Refused::Disk(_)));
        match &signed {
            Ok((stake, _)) => say
                .event(&format!("signed {stake}"), &json!({ "event": "signed", "stake": stake.to_string() })),
            Err(refused) => {
                let (name, why) = (refused.name(), refused.to_string());
                let event = json!({ "event": "refused", "refused": name, "why": why });
                say.once(&format!("refused {name}: {why}"), &event);
            }
        }
        show(sheet, member);
        let signed = signed.map(|(stake, share)| ShareFile::new(&request.chain_id, &stake, &share));
        // Whoever does not wait any more asks again, and gets the same.
        let _ = answer.send(signed);
        if failed {
            std::thread::sleep(LAST);
            bail!("the disk failed: nothing more is signed until this is started again");
        }
    }
}

/// Shows everybody who it is, and what it signs.
pub fn show<D: Disk, R: ?Sized, L: ?Sized>(sheet: &Sheet, member: &Member<'_, D, R, L>) {
    let key: XOnlyKey = (*member.key.public_key().as_fp()).into();
    sheet.write(json!({
        "chain_id": member.chain_id,
        "member": key.to_string(),
        "signed": member.record.count(),
        "an_hour": member.allowance.most,
        "versions": member.versions.wire().collect::<Vec<_>>(),
    }));
}
