//! `bsn covenant serve`: what it answers, what it refuses by name, and that it signs a stake once, however it dies.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use bitcoin_spv::OutPoint;
use bsn_cli::committee::allowance::Allowance;
use bsn_cli::committee::record::{self, Head};
use bsn_cli::committee::serve::signer::{self, Asked};
use bsn_cli::committee::serve::{BODY, Sheet};
use bsn_cli::committee::{Refused, Request, ShareFile};
use bsn_cli::stake::make::{Plan, make};
use bsn_cli::stake::tx::Coin;
use bsn_cli::vote::show::Say;
use serde_json::Value;

use crate::common::maker::key;
use crate::desk::Desk;
use crate::serve::esplora;
use crate::stage::{CHAIN, Memory, Stage, changed, funded};

/// A server that is killed where it ends.
struct Served {
    child: Child,
    at: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = (self.child.kill(), self.child.wait());
    }
}

impl Served {
    /// Of the first member, with these flags besides.
    fn start(desk: &Desk, stage: &Stage, besides: &[&str]) -> Self {
        let (own, record) = (desk.key_file("key", &stage.maker.members[0]), desk.at("record"));
        if !desk.path("record").exists() {
            assert_eq!(desk.create(&record, &own).0, 0);
        }
        let fp = key(&stage.maker.fp).to_string();
        let flags: Vec<&str> = desk.flags.iter().map(String::as_str).collect();
        let args = ["covenant", "serve", "--listen", "127.0.0.1:0", "--record", &record, "--key-file", &own];
        let mut program =
            desk.program(&[&args[..], &["--fp", &fp, "--output", "json"], besides, &flags].concat());
        let mut child = program.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        let said: Value = serde_json::from_str(&first).unwrap();
        std::thread::spawn(move || lines.read_to_string(&mut String::new()));
        Self { child, at: said["url"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned() }
    }
}

/// Status and body; nothing where the server is gone before it has answered.
fn ask(at: &str, method: &str, path: &str, host: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(at).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    // One that is refused for its length may be cut off before all of it is sent.
    let _ = stream.write_all((head + body).as_bytes());
    let mut text = Vec::new();
    stream.read_to_end(&mut text).ok()?;
    let text = String::from_utf8(text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let status = head.split(' ').nth(1)?.parse().ok()?;
    (length == Some(body.len())).then(|| (status, body.to_owned()))
}

fn post(at: &str, body: &str) -> Option<(u16, String)> {
    ask(at, "POST", "/sign", "localhost", body)
}

fn request(item: &[u8]) -> String {
    serde_json::to_string(&Request::new(CHAIN, item)).unwrap()
}

/// Status, and by which name it is refused.
fn refused(at: &str, body: &str) -> (u16, String) {
    let (status, body) = post(at, body).unwrap();
    let said: Value = serde_json::from_str(&body).unwrap();
    (status, said["refused"].as_str().unwrap().to_owned())
}

/// Other transactions of the same stake, each in order by every rule: it is slashed by so many ten-thousandths.
fn other(stage: &Stage, coin: &Coin, rate: u16) -> Vec<u8> {
    let mut params = stage.maker.params.clone();
    params.slashing_rate = covenant::SlashingRate::new(rate).unwrap();
    let plan = Plan { terms: (1, &params), ..stage.plan(vec![coin.clone()]) };
    make(&plan, &stage.maker.staker).unwrap()
}

#[test]
fn it_answers_what_the_one_shot_form_writes_and_refuses_by_name() {
    let stage = Stage::new();
    let desk = Desk::new(&stage, "served");
    let coin = funded(&stage.both, 1, 1_200_000);
    let item = other(&stage, &coin, 500);
    let served = Served::start(&desk, &stage, &[]);
    let at = served.at.as_str();

    let (status, sheet) = ask(at, "GET", "/", "localhost", "").unwrap();
    let sheet: Value = serde_json::from_str(&sheet).unwrap();
    let member = key(&stage.maker.members[0]).to_string();
    assert_eq!((status, &sheet["member"], &sheet["chain_id"]), (200, &member.clone().into(), &CHAIN.into()));
    assert_eq!((&sheet["signed"], &sheet["an_hour"]), (&0.into(), &100.into()));
    assert_eq!(sheet["versions"], serde_json::to_value([stage.maker.wire()]).unwrap());

    let (status, first) = post(at, &request(&item)).unwrap();
    assert_eq!(status, 200, "{first}");
    let (_, stake, share) = ShareFile::read(&first).unwrap();
    let (bitcoin, disk) = (esplora(&stage.net), Memory::default());
    let mut one_shot = stage.member(&stage.maker.members[0], &bitcoin, disk);
    assert_eq!(one_shot.sign(&Request::new(CHAIN, &item)), Ok((stake, share)));
    assert_eq!(post(at, &request(&item)).unwrap(), (200, first));
    let sheet: Value = serde_json::from_str(&ask(at, "GET", "/", at, "").unwrap().1).unwrap();
    assert_eq!(sheet["signed"], 1);

    assert_eq!(refused(at, &request(&other(&stage, &coin, 600))), (409, "signed_other".to_owned()));
    let rule = changed(&item, |item| item.unbonding_time += 1);
    assert_eq!(refused(at, &request(&rule)), (422, "S02".to_owned()));
    let foreign = serde_json::to_string(&Request::new("app-2", &item)).unwrap();
    assert_eq!(refused(at, &foreign), (422, "other_chain".to_owned()));
    let unseen = Coin { at: crate::common::maker::coin(77), output: coin.output };
    assert_eq!(refused(at, &request(&other(&stage, &unseen, 500))), (422, "unseen".to_owned()));
    assert_eq!(refused(at, &request(&item[1..])), (400, "form".to_owned()));
    for body in ["", "{}", "\u{1f}"] {
        assert_eq!(refused(at, body), (400, "form".to_owned()), "{body}");
    }
    assert_eq!(refused(at, &" ".repeat(BODY + 1)), (413, "too_large".to_owned()));
    assert_eq!(ask(at, "POST", "/sign", "evil.example", &request(&item)).unwrap().0, 421);
    assert_eq!(ask(at, "GET", "/sign", "localhost", "").unwrap().0, 405);
    assert_eq!(ask(at, "POST", "/", "localhost", "").unwrap().0, 405);
    assert_eq!(ask(at, "GET", "/record", "localhost", "").unwrap().0, 404);
    // The key is nowhere in what is shown, and two programs do not have one record.
    let (own, record) = (desk.at("key"), desk.at("record"));
    let (code, said) = desk.bsn(&["covenant", "sign", "x", "--record", &record, "--key-file", &own]);
    assert!(code == 1 && said.contains("two must never sign with one key"), "{said}");
}

/// Whoever has one coin can ask for any number of stakes of it: so many are signed in an hour, and what was signed is signed again.
#[test]
fn no_more_new_stakes_are_signed_in_an_hour_than_its_owner_says() {
    let stage = Stage::new();
    let desk = Desk::new(&stage, "hourly");
    let served = Served::start(&desk, &stage, &["--per-hour", "2"]);
    let coin = funded(&stage.both, 1, 1_200_000);
    let of = |fee: u64| {
        let plan = Plan { fee, ..stage.plan(vec![coin.clone()]) };
        request(&make(&plan, &stage.maker.staker).unwrap())
    };
    let first = post(&served.at, &of(700)).unwrap();
    assert_eq!((first.0, post(&served.at, &of(701)).unwrap().0), (200, 200));
    assert_eq!(refused(&served.at, &of(702)), (429, "enough".to_owned()));
    assert_eq!(post(&served.at, &of(700)).unwrap(), first);
}

/// A disk that fails ends it, once the one who asked is answered.
#[test]
fn it_ends_with_its_disk_and_what_is_not_noted_is_not_signed() {
    let stage = Stage::new();
    let (item, bitcoin) = (stage.item(), esplora(&stage.net));
    let disk = Memory { fails: true, ..Memory::default() };
    let mut member = stage.member(&stage.maker.members[0], &bitcoin, disk);
    let (sender, asked) = sync_channel(1);
    let (answer, mut wait) = tokio::sync::oneshot::channel();
    sender.send(Asked { request: Request::new(CHAIN, &item), answer }).unwrap();
    let ended = signer::run(&mut member, || Ok(stage.versions()), &asked, &Sheet::default(), Say::new(true));
    assert!(ended.unwrap_err().to_string().starts_with("the disk failed"));
    assert!(matches!(wait.try_recv().unwrap(), Err(Refused::Disk(_))));
}

/// Parameters are those of the moment: where they cannot be read, nothing is signed.
#[test]
fn it_signs_nothing_by_parameters_that_it_cannot_read() {
    let stage = Stage::new();
    let (item, bitcoin) = (stage.item(), esplora(&stage.net));
    let mut member = stage.member(&stage.maker.members[0], &bitcoin, Memory::default());
    let (sender, asked) = sync_channel(1);
    let (answer, mut wait) = tokio::sync::oneshot::channel();
    sender.send(Asked { request: Request::new(CHAIN, &item), answer }).unwrap();
    drop(sender);
    let unread = || anyhow::bail!("no node answers");
    let ended = signer::run(&mut member, unread, &asked, &Sheet::default(), Say::new(true));
    assert_eq!(ended.unwrap_err().to_string(), "the port ended");
    assert_eq!(wait.try_recv().unwrap(), Err(Refused::Away("no node answers".to_owned())));
    assert_eq!(member.allowance, Allowance::NONE);
}

/// How often it is killed, of how many stakes it is asked, and in how many forms.
const LIVES: u32 = 30;
const STAKES: u32 = 60;
const RATES: [u16; 3] = [500, 600, 700];
/// How many people ask at once.
const PEOPLE: usize = 3;

/// A number that follows from another: the lives of a run can be had again by its seed.
fn next(seed: &mut u64) -> u32 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    u32::try_from(*seed >> 33).unwrap()
}

/// Requests, of each stake each form; and what was answered, of each stake each form with its bytes.
struct Crowd {
    asked: Vec<Vec<String>>,
    heard: Mutex<BTreeMap<usize, BTreeSet<(usize, String)>>>,
}

impl Crowd {
    fn new(stage: &Stage) -> Self {
        let forms = |n: u32| {
            let coin = funded(&stage.both, n, 1_200_000);
            RATES.iter().map(|rate| request(&other(stage, &coin, *rate))).collect()
        };
        Self { asked: (0..STAKES).map(forms).collect(), heard: Mutex::default() }
    }

    /// One of them asks, until it is over, for a few stakes, so that all of their forms meet.
    fn ask(&self, at: &str, life: u32, mut seed: u64, is_over: &AtomicBool) {
        while !is_over.load(Ordering::SeqCst) {
            let stake = ((next(&mut seed) % 8 + life * 2) % STAKES) as usize;
            let form = next(&mut seed) as usize % RATES.len();
            let Some((status, body)) = post(at, &self.asked[stake][form]) else { continue };
            match status {
                200 => drop(self.heard.lock().unwrap().entry(stake).or_default().insert((form, body))),
                409 => assert!(body.contains("signed_other"), "{body}"),
                _ => panic!("{status} {body}"),
            }
        }
    }
}

/// V-05: killed thirty times while several people ask it for other transactions of the same stakes, it never signs two of one.
#[test]
fn however_it_dies_no_stake_is_signed_twice() {
    let mut seed = std::env::var("BSN_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(7);
    let stage = Stage::new();
    let desk = Desk::new(&stage, "killed");
    let crowd = Crowd::new(&stage);
    let start = || Served::start(&desk, &stage, &["--per-hour", "100000"]);
    let head = Head { chain_id: CHAIN.to_owned(), member: key(&stage.maker.members[0]) };
    let (served, begun) = (start(), Instant::now());
    assert_eq!(post(&served.at, &crowd.asked[0][0]).unwrap().0, 200);
    let needed = begun.elapsed();
    drop(served);
    let (mut grew, mut before) = (0, 1);
    for life in 0..LIVES {
        let mut served = start();
        let (at, is_over) = (served.at.clone(), AtomicBool::new(false));
        let lives = needed * (next(&mut seed) % 600) / 100;
        let seeds = [(); PEOPLE].map(|()| u64::from(next(&mut seed)));
        std::thread::scope(|scope| {
            for seed in seeds {
                let (crowd, at, is_over) = (&crowd, &at, &is_over);
                scope.spawn(move || crowd.ask(at, life, seed, is_over));
            }
            std::thread::sleep(lives);
            // SIGKILL.
            served.child.kill().unwrap();
            served.child.wait().unwrap();
            is_over.store(true, Ordering::SeqCst);
        });
        let record = record::open(&desk.path("record"), &head).unwrap();
        for forms in crowd.heard.lock().unwrap().values() {
            assert_eq!(forms.len(), 1, "life {life}: two forms of one stake were signed");
            let (_, stake, _): (_, OutPoint, _) = ShareFile::read(&forms.first().unwrap().1).unwrap();
            assert!(record.signed(&stake).is_some(), "life {life}: {stake} was signed and not noted");
        }
        grew += u32::from(record.count() > before);
        before = record.count();
    }
    // What was signed gets the same bytes in the next life, also where nobody heard it; its other forms get nothing.
    let last = start();
    let heard = crowd.heard.into_inner().unwrap();
    for (stake, forms) in crowd.asked.iter().enumerate() {
        let answers: Vec<_> = forms.iter().map(|form| post(&last.at, form).unwrap()).collect();
        let signed: Vec<_> = answers.iter().enumerate().filter(|(_, (status, _))| *status == 200).collect();
        assert_eq!(signed.len(), 1, "stake {stake}");
        assert!(answers.iter().all(|(status, _)| [200, 409].contains(status)), "stake {stake}");
        let one = BTreeSet::from([(signed[0].0, signed[0].1.1.clone())]);
        assert!(heard.get(&stake).is_none_or(|heard| *heard == one), "stake {stake}");
    }
    let noted = fs::read_to_string(desk.path("record")).unwrap().lines().count() - 1;
    assert_eq!(noted, STAKES as usize);
    println!(
        "{LIVES} lives in {:?}, an answer takes {needed:?}: {before} stakes signed in {grew} of them, {} heard of",
        begun.elapsed(),
        heard.len()
    );
    assert!(grew >= LIVES / 3 && heard.len() >= 15, "{} stakes signed in {grew} lives", heard.len());
}
