use crate::artifact;
use crate::contracts::{self, CONTRACTS};
use crate::workspace;

/// A feature that changes behaviour makes two contracts of one source, of which only one is tested.
#[test]
fn no_contract_has_a_feature_but_library() {
    let mut seen = 0;
    for member in workspace::members().iter().filter(|member| contracts::find(&member.name).is_some()) {
        assert_eq!(member.features, ["library"], "{}", member.name);
        seen += 1;
    }
    assert_eq!(seen, CONTRACTS.len());
}

struct Featured {
    package: &'static str,
    features: &'static [&'static str],
    /// What builds each set: a file, and what it says there.
    built: &'static [(&'static str, &'static str)],
}

/// Packages with features, and why.
const FEATURES: [Featured; 4] = [
    // Without its virtual machine, whoever makes a chain brings one.
    Featured {
        package: "devnet",
        features: &["default", "vm"],
        built: &[
            ("scripts/src/cargo.rs", r#"["-p", "devnet", "-p", "tests"]"#),
            ("Cargo.toml", r#"path = "tests/devnet", default-features = false"#),
        ],
    },
    // Who operates a chain does not wait ten minutes for wasmer to compile.
    Featured {
        package: "bsn-cli",
        features: &["default", "vm"],
        built: &[
            (
                "scripts/src/cargo.rs",
                r#"["--workspace", "--exclude", "devnet", "--exclude", "tests", "--exclude", "chain-test"]"#,
            ),
            ("scripts/src/cargo.rs", r#"["-p", "bsn-cli", "--features", "bsn-cli/vm"]"#),
        ],
    },
    // Other people's contracts are on one version of cosmwasm-std, and most of them ask no node.
    Featured {
        package: "bsn-client",
        features: &["cosmwasm-2", "cosmwasm-3", "rpc"],
        built: &[
            ("contracts/examples/escrow/Cargo.toml", r#"features = ["cosmwasm-3"]"#),
            ("packages/testing/Cargo.toml", r#"features = ["cosmwasm-2", "cosmwasm-3", "rpc"]"#),
        ],
    },
    // Their tests are on one version of cw-multi-test, and most of them need no real contract.
    Featured {
        package: "bsn-testing",
        features: &["multi-test-2", "multi-test-3", "real"],
        built: &[("packages/testing/Cargo.toml", r#"features = ["multi-test-2", "multi-test-3", "real"]"#)],
    },
];

#[test]
fn no_package_of_ours_changes_by_a_feature_that_is_not_listed() {
    for member in workspace::members().iter().filter(|member| contracts::find(&member.name).is_none()) {
        let listed = FEATURES.iter().find(|row| row.package == member.name).map(|row| row.features);
        assert_eq!(member.features, listed.unwrap_or_default(), "{}", member.name);
    }
}

/// A feature that nothing builds rots: each package's row says what builds its sets, and it does.
#[test]
fn every_listed_set_of_features_is_built() {
    for Featured { package, built, .. } in FEATURES {
        assert!(!built.is_empty(), "nothing builds {package}");
        for (file, text) in built {
            let source = std::fs::read_to_string(artifact::root().join(file)).expect("the file is readable");
            assert!(source.contains(text), "{file} does not say `{text}` any more, which builds {package}");
        }
    }
}

/// The virtual machines take ten minutes to compile, once a set of features: building the demo and
/// building the tests must ask for one set.
#[test]
fn demo_gas_and_tests_share_one_compilation_of_the_virtual_machines() {
    let [vm, _] = workspace::CALLS;
    let to_run = workspace::features_of(vm, "normal,build");
    let to_test = workspace::features_of(vm, "normal,build,dev");
    assert!(to_run.iter().any(|line| line.starts_with("wasmer v")), "no wasmer among {to_run:?}");
    for line in to_run {
        assert!(
            to_test.contains(&line),
            "a dev-dependency of devnet or tests changes the features of {line}"
        );
    }
}

/// Packages whose features may differ between the calls, and why.
const DIFFER: [&str; 9] = [
    // The machine is what the calls are told apart by.
    "devnet ",
    // Nothing is built on it in both.
    "tracing ",
    // Little is built on these: seconds.
    "crc32fast ",
    "flate2 ",
    "rustix ",
    "scopeguard ",
    "strum ",
    "tar ",
    "winnow ",
];

/// What one call asks of a package and another does not, makes the package and all that is built on it compile twice: minutes of
/// every run.
#[test]
fn what_both_calls_of_cargo_build_is_compiled_once() {
    let [vm, rest] = workspace::CALLS.map(|call| workspace::features_of(call, "normal,build,dev"));
    let package = |line: &str| line.split_once(" [").map(|(package, _)| package.to_owned());
    let mut shared = 0;
    for line in rest.iter().filter(|line| !DIFFER.iter().any(|name| line.starts_with(name))) {
        let with_vm: Vec<_> = vm.iter().filter(|other| package(other) == package(line)).collect();
        assert!(
            with_vm.is_empty() || with_vm.contains(&line),
            "{line} is {with_vm:?} where the virtual machine is: ask for the features of both in tests/unify"
        );
        shared += usize::from(!with_vm.is_empty());
    }
    assert!(shared > 150, "{shared}");
}
