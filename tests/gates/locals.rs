use wasmparser::Payload;

use crate::artifact::{self, Artifact};

/// Virtual machines from 2.2.9 and 3.0.9 on refuse more than 100; wasm-opt of another version may add some.
const LIMIT: u32 = 94;

/// K26
#[test]
fn no_function_comes_near_the_limit_of_locals() {
    for artifact in artifact::all() {
        let most = most_locals(&artifact);
        assert!(most <= LIMIT, "a function of {} has {most} locals", artifact.name);
    }
}

#[test]
fn locals_are_counted_as_the_virtual_machine_counts_them() {
    // Two functions, of 3 + 4 locals in two groups and of one.
    let wasm = wasm(&[
        &[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
        &[0x03, 0x03, 0x02, 0x00, 0x00],
        &[0x0a, 0x0d, 0x02, 0x06, 0x02, 0x03, 0x7f, 0x04, 0x7e, 0x0b, 0x04, 0x01, 0x01, 0x7f, 0x0b],
    ]);
    assert_eq!(most_locals(&Artifact { name: "by hand", wasm }), 7);
}

fn wasm(sections: &[&[u8]]) -> Vec<u8> {
    [b"\0asm\x01\0\0\0".as_slice()].iter().chain(sections).copied().flatten().copied().collect()
}

/// Declared locals, without parameters.
fn most_locals(artifact: &Artifact) -> u32 {
    let bodies = artifact.payloads().filter_map(|payload| match payload {
        Payload::CodeSectionEntry(body) => Some(body),
        _ => None,
    });
    let count = |body: wasmparser::FunctionBody<'_>| {
        let groups = body.get_locals_reader().expect("the artifact is wasm");
        groups.into_iter().map(|group| group.expect("the artifact is wasm").0).sum()
    };
    bodies.map(count).max().unwrap_or(0)
}
