//! Cargo looks at what build scripts depend on only where there is one.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
