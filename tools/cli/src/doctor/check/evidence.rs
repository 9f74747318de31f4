//! E: evidence on its way to Babylon.

use super::{Seen, Verdict, critical, or_well, warning};
use crate::doctor::snapshot::{Snapshot, short};

/// E1: evidence that waits or was refused.
pub fn outbox(snapshot: &Snapshot) -> Verdict {
    let outbox = snapshot.outbox.clone()?;
    let found = outbox.items.iter().filter_map(|item| {
        let who = short(&item.fp_pubkey_hex);
        let seen = match item.state.as_str() {
            "refused" => critical(format!("Babylon refused the evidence against {who} {} times", item.tries))
                .hint("bsn keep --node {node} --contract {contract} --duties outbox --once --from KEY"),
            "waiting" => warning(format!("the evidence against {who} waits for the channel")),
            _ => return None,
        };
        Some(seen.about(&item.fp_pubkey_hex))
    });
    or_well(found.collect(), "no evidence waits")
}

/// E2: who is slashed here and not on Babylon.
pub fn slashed_there(snapshot: &Snapshot) -> Verdict {
    let providers = snapshot.providers.clone()?;
    let slashed = snapshot.babylon.clone()?.slashed?;
    let found: Vec<Seen> = providers
        .iter()
        .filter(|provider| provider.slashed && slashed.get(&provider.key) == Some(&false))
        .map(|provider| {
            critical(format!("{} is slashed here, and not on Babylon", short(&provider.key)))
                .about(&provider.key)
        })
        .collect();
    let here = providers.iter().filter(|provider| provider.slashed).count();
    let text = if here == 0 {
        "nobody is slashed".to_owned()
    } else {
        format!("all {here} who are slashed here are on Babylon")
    };
    or_well(found, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, key, says, with_everything};
    use crate::doctor::snapshot::Absent;
    use crate::doctor::table;
    use api::bsn::OutboxItem;

    #[test]
    fn refused_evidence_is_critical() {
        let mut snapshot = healthy();
        says(outbox(&snapshot), "ok: no evidence waits");
        let item = |state: &str| OutboxItem {
            id: 4,
            kind: "slashing".to_owned(),
            fp_pubkey_hex: key(1),
            state: state.to_owned(),
            tries: 3,
        };
        snapshot.outbox.as_mut().unwrap().items = vec![item("done"), item("in_flight"), item("waiting")];
        let me = short(&key(1));
        says(outbox(&snapshot), &format!("warning: the evidence against {me} waits for the channel"));
        snapshot.outbox.as_mut().unwrap().items = vec![item("refused")];
        says(outbox(&snapshot), &format!("critical: Babylon refused the evidence against {me} 3 times"));
        assert_eq!(
            outbox(&snapshot).unwrap()[0].hint.as_deref(),
            Some("bsn keep --node {node} --contract {contract} --duties outbox --once --from KEY")
        );
        table::tests::is_a_command("E1", outbox(&snapshot).unwrap()[0].hint.as_deref().unwrap());
    }

    #[test]
    fn who_is_slashed_here_alone_is_named() {
        assert_eq!(slashed_there(&healthy()), Err(Absent::Needs("--babylon-node".to_owned())));
        let mut snapshot = with_everything();
        says(slashed_there(&snapshot), "ok: nobody is slashed");
        snapshot.providers.as_mut().unwrap()[0].slashed = true;
        snapshot.babylon.as_mut().unwrap().slashed = Ok([(key(1), true)].into());
        says(slashed_there(&snapshot), "ok: all 1 who are slashed here are on Babylon");
        snapshot.babylon.as_mut().unwrap().slashed = Ok([(key(1), false)].into());
        says(
            slashed_there(&snapshot),
            &format!("critical: {} is slashed here, and not on Babylon", short(&key(1))),
        );
    }
}
