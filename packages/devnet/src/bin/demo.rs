use devnet::network::{Network, Setup};
use serde_json::{Value, json};
fn main() {
    let t = std::time::Instant::now();
    let mut n = Network::start(Setup::new(7, &[40, 30, 20, 10])).unwrap();
    eprintln!("started {:?} at height {}", t.elapsed(), n.chain.height());
    for r in n.run(10).unwrap() {
        for h in &r.hooks {
            eprintln!("{} {:?} {:?} {} gas", r.header.height, h.hook, h.outcome, h.usage.sdk_gas());
        }
    }
    eprintln!("finalized {}", n.finalized());
    let h = n.chain.height();
    eprintln!("{:?}", n.vote(0, h).map(|r| r.usage.sdk_gas()));
    for q in ["health", "last_final_block", "config", "trust", "last_consumer_header"] {
        let v: Result<Value, _> = n.query(&json!({q: {}}));
        eprintln!("{q}: {v:?}");
    }
}
