//! Checks of the graph of crates, and of what a crate must have.

use super::{check, check_crate, compare};
use crate::repository::{File, Package, Repository};
use crate::tidy::{crate_graph, crate_shape, duplicates, licences};

#[test]
fn a_crate_points_down() {
    check_crate(
        crate_graph::directions,
        ("corsac-gateway", &["corsac", "hyper"]),
        &[],
    );
    check_crate(
        crate_graph::directions,
        ("corsac-tower", &["corsac", "corsac-gateway", "http"]),
        &["corsac-tower: must not depend on corsac-gateway"],
    );
}

#[test]
fn a_new_crate_says_what_it_may_depend_on() {
    let message = "corsac-new: is not in the list of directions: say there what it may depend on";
    check_crate(crate_graph::directions, ("corsac-new", &[]), &[message]);
}

#[test]
fn the_core_needs_nothing_but_public_suffixes() {
    check_crate(crate_graph::weight, ("corsac", &["psl", "psl-types"]), &[]);
    check_crate(
        crate_graph::weight,
        ("corsac", &["http", "psl", "serde"]),
        &["corsac: must not need http", "corsac: must not need serde"],
    );
}

#[test]
fn the_layer_needs_no_runtime() {
    check_crate(
        crate_graph::weight,
        ("corsac-tower", &["corsac", "http", "tokio"]),
        &["corsac-tower: must not need tokio"],
    );
}

#[test]
fn a_manifest_has_the_common_lints_and_licence() {
    let manifest = "\
[package]
description = \"x\"
edition.workspace = true
rust-version.workspace = true
license.workspace = true
repository.workspace = true
authors.workspace = true

[lints]
workspace = true
";
    check(
        crate_shape::check,
        &[("crates/x/Cargo.toml", manifest)],
        &[],
    );
    check(
        crate_shape::check,
        &[(
            "crates/x/Cargo.toml",
            &manifest.replace("license.workspace = true\n", ""),
        )],
        &["crates/x/Cargo.toml: must have `license.workspace = true`"],
    );
    check(
        crate_shape::check,
        &[(
            "xtask/Cargo.toml",
            &manifest.replace("[lints]\nworkspace = true\n", ""),
        )],
        &["xtask/Cargo.toml: must have `[lints] workspace = true`"],
    );
}

#[test]
fn a_module_says_what_it_is() {
    let library = "//! What it is.\n#![warn(clippy::unwrap_used)]\n";
    check(crate_shape::check, &[("crates/x/src/lib.rs", library)], &[]);
    check(
        crate_shape::check,
        &[
            ("crates/x/src/lib.rs", "//! What it is.\n"),
            ("crates/x/src/a.rs", "fn f() {}\n"),
        ],
        &[
            "crates/x/src/lib.rs: must have `#![warn(clippy::unwrap_used)]`",
            "crates/x/src/a.rs: must start with what it is: `//! …`",
        ],
    );
}

#[test]
fn a_dependency_is_there_once_or_tolerated() {
    let lock_file = |text: &str| Repository {
        files: vec![File::new("Cargo.lock", text.as_bytes().into())],
        ..Repository::default()
    };
    let twice = lock_file(
        "[[package]]\nname = \"b\"\nversion = \"1.0.0\"\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n",
    );
    let once = lock_file("[[package]]\nname = \"b\"\nversion = \"1.0.0\"\n");
    let more_than_once = "Cargo.lock: b is there more than once: 1.0.0, 2.0.0";
    compare(&duplicates::check_against(&twice, &[]), &[more_than_once]);
    compare(
        &duplicates::check_against(&twice, &[("b", "a reason")]),
        &[],
    );
    compare(&duplicates::check_against(&once, &[]), &[]);
    let needless = "Cargo.lock: b is tolerated twice, but is not there twice: drop the exception";
    compare(
        &duplicates::check_against(&once, &[("b", "a reason")]),
        &[needless],
    );
}

#[test]
fn a_licence_is_allowed() {
    let list = "\
allow = [\"MIT\", \"Unicode-3.0\"]
exceptions = [
    { allow = [\"MPL-2.0\"], crate = \"a\" },
]
";
    let check = |name: &str, licence: &str, expected: &[&str]| {
        let repository = Repository {
            files: vec![File::new("deny.toml", list.into())],
            packages: vec![Package {
                name: name.into(),
                licence: licence.into(),
            }],
            ..Repository::default()
        };
        compare(&licences::check(&repository), expected);
    };
    check("b", "MIT", &[]);
    check("b", "MIT/Apache-2.0", &[]);
    check("b", "(MIT OR Apache-2.0) AND Unicode-3.0", &[]);
    check("b", "Apache-2.0 WITH LLVM-exception OR MIT", &[]);
    check("a", "MPL-2.0", &[]);
    check(
        "b",
        "MPL-2.0",
        &["deny.toml: does not allow \"MPL-2.0\", the licence of b"],
    );
    check(
        "b",
        "MIT AND GPL-3.0",
        &["deny.toml: does not allow \"MIT AND GPL-3.0\", the licence of b"],
    );
    check(
        "b",
        "MIT WITH x",
        &["deny.toml: does not allow \"MIT WITH x\", the licence of b"],
    );
    check(
        "b",
        "none",
        &["deny.toml: does not allow \"none\", the licence of b"],
    );
}
