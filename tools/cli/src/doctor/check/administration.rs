//! A: who administers, and what is announced.

use bsn_rpc::address;

use super::{Seen, Verdict, one, or_well, warning, well};
use crate::doctor::snapshot::Snapshot;

/// How the contract begins the alarms of what is announced.
const ANNOUNCED: [&str; 3] = ["the channel moves", "rewards move", "finality providers below number"];

/// A1: who the admin is.
pub fn admin(snapshot: &Snapshot) -> Verdict {
    let Some(admin) = snapshot.admin.clone()?.admin else { return one(well("there is no admin")) };
    if address::of_module(&snapshot.prefix.clone()?, "gov").is_ok_and(|gov| gov == admin) {
        return one(well("governance is the admin"));
    }
    one(if snapshot.admin_is_contract.clone()? {
        well(format!("the admin is the contract {admin}"))
    } else if snapshot.is_private() {
        well(format!("the admin is {admin}, one account, as usual on a private network"))
    } else {
        warning(format!("the admin is {admin}, a single account: whoever has its key can pause and resume"))
    })
}

/// A2: who is about to be.
pub fn pending(snapshot: &Snapshot) -> Verdict {
    let admin = snapshot.admin.clone()?;
    one(match (&admin.pending_admin, admin.pending_renounce) {
        (Some(next), _) => warning(format!("{next} is proposed as admin, and has not accepted yet")),
        (None, true) => warning("it is proposed that there be no admin any more"),
        (None, false) => well("no other admin is proposed"),
    })
}

/// A3: what is paused.
pub fn paused(snapshot: &Snapshot) -> Verdict {
    let paused = snapshot.health.clone()?.paused;
    let found = paused.iter().map(|what| {
        let end = if what == "packet_intake" {
            "it ends by itself after seven days"
        } else {
            "it ends when the admin ends it"
        };
        warning(format!("{what} is paused: {end}")).about(what)
    });
    or_well(found.collect(), "nothing is paused")
}

/// A4: what is announced, and what is believed that could be verified.
pub fn trust(snapshot: &Snapshot) -> Verdict {
    let (health, trust) = (snapshot.health.clone()?, snapshot.trust.clone()?);
    let announced =
        health.alarms.iter().filter(|alarm| ANNOUNCED.iter().any(|start| alarm.starts_with(start)));
    let mut found: Vec<Seen> = announced.map(|alarm| warning(alarm.clone())).collect();
    // These two are verified where the contract was instantiated with what it takes.
    let could = ["proofs of possession", "bitcoin headers"];
    let believed = trust.rows.iter().filter(|row| row.how == "trusted" && could.contains(&row.what.as_str()));
    if !snapshot.is_private() {
        found.extend(believed.map(|row| {
            warning(format!("{} are taken on trust, by {}: they could be verified", row.what, row.by))
                .about(&row.what)
        }));
    }
    let verified = trust.rows.iter().filter(|row| row.how == "verified").count();
    or_well(
        found,
        format!("{verified} of {} things are verified here, and nothing is announced", trust.rows.len()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, says};
    use api::bsn::{Network, TrustRow};

    #[test]
    fn a_single_account_as_admin_is_a_warning_where_there_is_stake() {
        let mut snapshot = healthy();
        says(admin(&snapshot), "ok: governance is the admin");
        snapshot.admin.as_mut().unwrap().admin = Some("app1someone".to_owned());
        says(
            admin(&snapshot),
            "warning: the admin is app1someone, a single account: whoever has its key can pause and resume",
        );
        snapshot.admin_is_contract = Ok(true);
        says(admin(&snapshot), "ok: the admin is the contract app1someone");
        snapshot.admin_is_contract = Ok(false);
        snapshot.config.as_mut().unwrap().network = Network::Regtest;
        says(admin(&snapshot), "ok: the admin is app1someone, one account, as usual on a private network");
        snapshot.admin.as_mut().unwrap().admin = None;
        says(admin(&snapshot), "ok: there is no admin");
    }

    #[test]
    fn another_admin_that_is_proposed_is_named() {
        let mut snapshot = healthy();
        says(pending(&snapshot), "ok: no other admin is proposed");
        snapshot.admin.as_mut().unwrap().pending_renounce = true;
        says(pending(&snapshot), "warning: it is proposed that there be no admin any more");
        snapshot.admin.as_mut().unwrap().pending_admin = Some("app1next".to_owned());
        says(pending(&snapshot), "warning: app1next is proposed as admin, and has not accepted yet");
    }

    #[test]
    fn a_pause_is_named_with_its_end() {
        let mut snapshot = healthy();
        says(paused(&snapshot), "ok: nothing is paused");
        snapshot.health.as_mut().unwrap().paused = vec!["packet_intake".to_owned()];
        says(paused(&snapshot), "warning: packet_intake is paused: it ends by itself after seven days");
    }

    #[test]
    fn what_is_announced_or_could_be_verified_is_said() {
        let mut snapshot = healthy();
        says(trust(&snapshot), "ok: 1 of 2 things are verified here, and nothing is announced");
        snapshot.trust.as_mut().unwrap().rows.push(TrustRow {
            what: "proofs of possession".to_owned(),
            how: "trusted".to_owned(),
            by: "Babylon, over the bound channel".to_owned(),
        });
        says(
            trust(&snapshot),
            "warning: proofs of possession are taken on trust, by Babylon, over the bound channel: they could be verified",
        );
        let alarm = "finality providers below number 3 lose their power at 9";
        let mut snapshot = healthy();
        snapshot.health.as_mut().unwrap().alarms = vec![alarm.to_owned()];
        says(trust(&snapshot), &format!("warning: {alarm}"));
    }
}
