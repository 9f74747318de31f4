use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use vectors::{EotsCase, eots_cases};

use crate::artifact;

const SEED: u64 = 340;
const CASES: usize = 10_000;
/// How many cases go into one call: 64 kB of them.
const BATCH: usize = 500;
/// Enough for a batch: a case is about 200 million CosmWasm gas.
const GAS: u64 = 1_000_000_000_000;

/// Asks the probe which cases are valid, in one virtual machine. Only bytes cross the border, since
/// the two machines have types of their own.
macro_rules! ask {
    ($vm:ident, $cases:expr) => {{
        let wasm = artifact::load(artifact::PROBE).wasm;
        let env = $vm::to_vec(&$vm::testing::mock_env()).expect("the environment is JSON");
        let mut verdicts = Vec::new();
        for batch in $cases.chunks(BATCH) {
            let mut instance = $vm::testing::mock_instance_with_gas_limit(&wasm, GAS);
            let answer = $vm::call_query_raw(&mut instance, &env, &question(batch)).expect("no case traps");
            verdicts.extend(read(&answer, batch.len()));
        }
        verdicts
    }};
}

/// C-23, C-47: the same verdicts inside the virtual machine as from an independent verifier.
#[test]
fn ten_thousand_signatures_are_judged_alike_inside_cosmwasm_vm_2_2() {
    let cases = eots_cases(SEED, CASES);
    compare(&cases, &ask!(cosmwasm_vm_2, packed(&cases)));
}

/// C-23, C-47
#[test]
fn ten_thousand_signatures_are_judged_alike_inside_cosmwasm_vm_3_0() {
    let cases = eots_cases(SEED, CASES);
    compare(&cases, &ask!(cosmwasm_vm, packed(&cases)));
}

/// C-23, C-47: every field at every edge of the field and of the group: the host errs in all its ways.
#[test]
fn what_makes_the_host_err_is_invalid_and_never_traps() {
    let cases = edges();
    let none = vec![false; cases.len()];
    assert_eq!(ask!(cosmwasm_vm_2, cases), none);
    assert_eq!(ask!(cosmwasm_vm, cases), none);
}

fn compare(cases: &[EotsCase], verdicts: &[bool]) {
    assert_eq!(cases.len(), CASES);
    assert_eq!(cases.len(), verdicts.len());
    let valid = cases.iter().filter(|case| case.valid).count();
    assert!(valid > CASES / 100 && valid < CASES, "{valid} valid cases of {CASES} compare little");
    for (case, verdict) in cases.iter().zip(verdicts) {
        assert_eq!(case.valid, *verdict, "{case:?}");
    }
}

/// As the probe reads them: key, randomness, signature, hash.
fn packed(cases: &[EotsCase]) -> Vec<Vec<u8>> {
    cases.iter().map(|case| [case.key, case.randomness, case.signature, case.hash].concat()).collect()
}

fn question(cases: &[Vec<u8>]) -> Vec<u8> {
    let cases = BASE64.encode(cases.concat());
    serde_json::json!({ "verify": { "cases": cases } }).to_string().into_bytes()
}

/// Reads `{"ok": base64 of JSON of base64 of the bitmap}`.
fn read(answer: &[u8], n: usize) -> Vec<bool> {
    let answer: serde_json::Value = serde_json::from_slice(answer).expect("the answer is JSON");
    let json = BASE64.decode(answer["ok"].as_str().unwrap_or_else(|| panic!("{answer}"))).expect("base64");
    let bitmap: String = serde_json::from_slice(&json).expect("a JSON string");
    let bitmap = BASE64.decode(bitmap).expect("base64");
    assert_eq!(bitmap.len(), n.div_ceil(8));
    (0..n).map(|i| bitmap[i / 8] >> (i % 8) & 1 == 1).collect()
}

/// Every combination of values at which a parser, a scalar or a point may fail.
fn edges() -> Vec<Vec<u8>> {
    let values = [
        [0; 32],
        word("0000000000000000000000000000000000000000000000000000000000000001"),
        // The base point's x: a key that is a point.
        word("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
        // The order n of the group, and n - 1.
        word("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
        word("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140"),
        // The size p of the field.
        word("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"),
        [0xff; 32],
    ];
    let mut cases = Vec::new();
    for key in values {
        for randomness in values {
            for signature in values {
                for hash in values {
                    cases.push([key, randomness, signature, hash].concat());
                }
            }
        }
    }
    cases
}

fn word(text: &str) -> [u8; 32] {
    std::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).expect("hexadecimal"))
}
