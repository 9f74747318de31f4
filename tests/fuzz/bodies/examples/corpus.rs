//! Writes the seeds of every target to where the fuzzer looks for them: `cargo run -p fuzz-bodies --example corpus`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    for body in fuzz_bodies::ALL {
        let folder = corpus.join(body.name);
        std::fs::create_dir_all(&folder)?;
        for (number, seed) in (body.seeds)().iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}
