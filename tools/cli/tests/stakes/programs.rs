//! The three programs as their people call them, with files between them.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use eots::SecretKey;

use crate::common::maker::{key, secret};
use crate::desk::Desk;
use crate::stage::Stage;

fn share_of(request: &str, member: &SecretKey) -> String {
    let stem = request.strip_suffix(".request.json").unwrap();
    format!("{stem}.{}.share.json", &key(member).to_string()[..8])
}

#[test]
fn a_staker_and_a_quorum_of_members_make_a_stake_and_end_it() {
    let stage = Stage::new();
    let desk = Desk::new(&stage, "whole");
    let request = desk.request(&stage, "mine.request.json");
    let fp = key(&stage.maker.fp).to_string();
    let mut shares = Vec::new();
    for (n, member) in stage.maker.members[..6].iter().enumerate() {
        let (record, own) = (desk.at(&format!("record-{n}")), desk.key_file(&format!("key-{n}"), member));
        assert_eq!(desk.create(&record, &own).0, 0);
        let (code, said) = desk.create(&record, &own);
        assert!(code == 1 && said.contains("is there already"), "{said}");
        let sign = ["covenant", "sign", &request, "--record", &record, "--key-file", &own, "--fp", &fp];
        let (code, said) = desk.bsn(&sign);
        assert_eq!(code, 0, "{said}");
        let share = share_of(&request, member);
        let first = fs::read_to_string(&share).unwrap();
        assert_eq!(desk.bsn(&sign).0, 0, "again");
        assert_eq!(fs::read_to_string(&share).unwrap(), first);
        // Whoever is not said to be registered here is not signed for.
        let stranger = key(&secret(0x41)).to_string();
        let (code, said) = desk.bsn(&[&sign[..8], &[&stranger]].concat());
        assert!(code == 1 && said.contains("S03: "), "{said}");
        shares.push(share);
    }
    let (psbt, whole) = (desk.at("mine.psbt"), desk.at("mine.json"));
    let finish = ["stake", "finish", "--request", &request, "--psbt", &psbt, "--delegation", &whole];
    let files: Vec<&str> = shares.iter().map(String::as_str).collect();
    let (code, said) = desk.bsn(&[&finish[..], &files[..5]].concat());
    assert!(code == 1 && said.contains("S27: "), "{said}");
    assert!(
        !Path::new(&psbt).exists() && !Path::new(&whole).exists(),
        "nothing is written before all is signed"
    );
    let (code, said) = desk.bsn(&[&finish[..], &files].concat());
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("signed by 6 members; its fee is 700 sats"), "{said}");
    assert!(fs::read_to_string(&psbt).unwrap().starts_with("cHNidP8B"));
    let (code, said) = desk.bsn(&[&finish[..], &files].concat());
    assert!(code == 1 && said.contains("is there already"), "{said}");

    let unbond = ["unbond", "--delegation", &whole, "--key-file", &desk.at("staker.key")];
    let (code, said) = desk.bsn(&unbond);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("998500 sats, locked and slashable for 100 blocks"), "{said}");
    assert!(stage.net.lock().unwrap().sent.is_empty());
    let item = fs::read_to_string(&whole).unwrap();
    let item = bsn_cli::committee::Request::read(&item).unwrap().item().unwrap();
    stage.both.mine(&[&proto::decode::delegation(&item).unwrap().staking_tx]);
    let (code, said) = desk.bsn(&[&unbond[..], &["--broadcast"]].concat());
    assert_eq!(code, 0, "{said}");
    assert_eq!(stage.net.lock().unwrap().sent.len(), 1);
}

#[test]
fn a_folder_is_watched_and_a_request_is_answered_once() {
    let stage = Stage::new();
    let desk = Desk::new(&stage, "watch");
    let member = &stage.maker.members[0];
    let (record, own, fp) =
        (desk.at("record"), desk.key_file("key", member), key(&stage.maker.fp).to_string());
    assert_eq!(desk.create(&record, &own).0, 0);
    fs::create_dir(desk.path("in")).unwrap();
    fs::write(desk.path("in/bad.request.json"), "{}").unwrap();
    let flags: Vec<&str> = desk.flags.iter().map(String::as_str).collect();
    let watch =
        ["covenant", "sign", "--watch", "in", "--every", "50ms", "--record", &record, "--key-file", &own];
    let mut child =
        desk.program(&[&watch[..], &["--fp", &fp], &flags].concat()).stdout(Stdio::piped()).spawn().unwrap();
    let request = desk.request(&stage, "in/mine.request.json");
    let share = share_of(&request, member);
    let until = Instant::now() + Duration::from_secs(60);
    while !Path::new(&share).exists() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    let is_there = Path::new(&share).exists();
    std::thread::sleep(Duration::from_millis(300));
    child.kill().unwrap();
    let said = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(is_there, "{said}");
    assert_eq!(said.matches("signed ").count(), 1, "{said}");
    assert_eq!(said.matches("refused in/bad.request.json").count(), 1, "{said}");
}
