//! Checks of what is written in Rust.

use super::{check, compare};
use crate::repository::{File, Repository};
use crate::tidy::{budget, codes, cors_fields, halves, no_std, side_effects, test_habits};

const ROOT: (&str, &str) = (
    "crates/corsac/src/lib.rs",
    "pub mod server;\npub mod user_agent;\npub use server::{Answer, Policy};\n",
);

#[test]
fn a_half_may_use_the_vocabulary() {
    let source = "use crate::header::is_token;\nuse crate::{method, origin::Origin};\n";
    check(
        halves::check,
        &[ROOT, ("crates/corsac/src/user_agent/cors_check.rs", source)],
        &[],
    );
    let source = "// server::Policy decides\nlet server_name = \"server::x\";\n";
    check(
        halves::check,
        &[ROOT, ("crates/corsac/src/user_agent.rs", source)],
        &[],
    );
}

#[test]
fn a_half_must_not_import_the_other() {
    let path = "crates/corsac/src/user_agent/fetch.rs";
    let by_path = "crates/corsac/src/user_agent/fetch.rs:1: user_agent must not import server";
    check(
        halves::check,
        &[ROOT, (path, "use super::super::server::Policy;\n")],
        &[by_path],
    );
    check(
        halves::check,
        &[
            ROOT,
            (
                "crates/corsac/src/server/mod.rs",
                "fn f(ua: &crate::user_agent::UserAgent) {}\n",
            ),
        ],
        &[
            "crates/corsac/src/server/mod.rs:1: server must not import user_agent",
            "crates/corsac/src/server/mod.rs: server must not import user_agent, here through \
             `crate::user_agent`",
        ],
    );
}

#[test]
fn a_half_must_not_import_the_other_through_the_root() {
    let path = "crates/corsac/src/user_agent/fetch.rs";
    let message = "crates/corsac/src/user_agent/fetch.rs: user_agent must not import server, here \
                   through `crate::Policy`";
    check(
        halves::check,
        &[ROOT, (path, "use crate::Policy;\n")],
        &[message],
    );
    check(
        halves::check,
        &[
            ROOT,
            (path, "use crate::{\n    method::{a, b},\n    Policy,\n};\n"),
        ],
        &[message],
    );
}

#[test]
fn the_core_uses_no_std() {
    let root = (
        "crates/corsac/src/lib.rs",
        "//! x\n#![no_std]\nextern crate alloc;\n",
    );
    check(no_std::check, &[root], &[]);
    let message = "crates/corsac/src/lib.rs: must be marked `#![no_std]`";
    check(
        no_std::check,
        &[("crates/corsac/src/lib.rs", "//! x\n")],
        &[message],
    );
    check(
        no_std::check,
        &[
            root,
            (
                "crates/corsac/src/a.rs",
                "use std::fmt;\nextern crate std;\n// std::fmt\n",
            ),
        ],
        &[
            "crates/corsac/src/a.rs:1: the core must not use std",
            "crates/corsac/src/a.rs:2: the core must not use std",
        ],
    );
}

const CLIPPY: (&str, &str) = ("clippy.toml", "too-many-lines-threshold = 60\n");
const MANIFEST: (&str, &str) = ("Cargo.toml", "too_many_lines = \"warn\"\n");

#[test]
fn a_long_file_is_named() {
    let (short, long) = ("x\n".repeat(450), "x\n".repeat(451));
    check(
        budget::check,
        &[CLIPPY, MANIFEST, ("crates/x/src/a.rs", &short)],
        &[],
    );
    check(
        budget::check,
        &[CLIPPY, MANIFEST, ("crates/x/src/a.rs", &long)],
        &["crates/x/src/a.rs: has 451 lines, more than 450: look for the second idea"],
    );
}

#[test]
fn the_budget_of_functions_stays_in_force() {
    check(
        budget::check,
        &[
            ("clippy.toml", "too-many-lines-threshold = 600\n"),
            MANIFEST,
            (
                "crates/x/src/a.rs",
                "#[expect(clippy::too_many_lines, reason = \"long\")]\n",
            ),
        ],
        &[
            "crates/x/src/a.rs:1: a function that does not fit a screen is cut, not excused",
            "clippy.toml: must have the line `too-many-lines-threshold = 60`",
        ],
    );
}

#[test]
fn an_adapter_does_not_name_a_cors_field() {
    let names = [
        "response.insert(\"Access-Control-Allow-Origin\", value);\n",
        "response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);\n",
        "let origin = head.get(\"origin\");\n",
        "let origin = head.get(header::ORIGIN);\n",
        "response.append(header::VARY, value);\n",
    ];
    for source in names {
        let files = vec![File::new("crates/x/src/a.rs", source.into())];
        let repository = Repository {
            files,
            ..Repository::default()
        };
        let message = "crates/x/src/a.rs:1: names a CORS field: only the core decides about those";
        compare(&cors_fields::check_against(&repository, &[]), &[message]);
        compare(
            &cors_fields::check_against(&repository, &[("crates/x/", "a reason")]),
            &[],
        );
    }
}

#[test]
fn documentation_and_tests_name_what_they_like() {
    let documented = "/// Sets `Access-Control-Allow-Origin`.\nfn f(origin: Origin) {}\n";
    let tested = "assert!(head.get(\"origin\"));\n";
    let files = vec![
        File::new("crates/x/src/a.rs", documented.into()),
        File::new("crates/x/tests/it/a.rs", tested.into()),
        File::new("crates/x/examples/a.rs", tested.into()),
    ];
    let repository = Repository {
        files,
        ..Repository::default()
    };
    compare(&cors_fields::check_against(&repository, &[]), &[]);
    let message = "crates/x/src/a.rs: names no CORS field: drop the exception";
    compare(
        &cors_fields::check_against(&repository, &[("crates/x/src/a.rs", "none")]),
        &[message],
    );
}

#[test]
fn a_library_does_not_print() {
    let source = "// println!\nlet text = \"println!\";\nprintln!(\"x\");\nstd::env::var(\"X\");\n";
    check(
        side_effects::check,
        &[("crates/x/src/a.rs", source)],
        &[
            "crates/x/src/a.rs:3: `println!`: only a command may print",
            "crates/x/src/a.rs:4: `std::env`: only a command may read the environment",
        ],
    );
    check(
        side_effects::check,
        &[("crates/corsac-cli/src/main.rs", source)],
        &[],
    );
    check(
        side_effects::check,
        &[("crates/x/benches/a.rs", source)],
        &[],
    );
    check(
        side_effects::check,
        &[("crates/x/src/bin/a.rs", source)],
        &[],
    );
    let exit = "use std::process;\nfn f() { process::exit(1) }\n";
    let message = "crates/x/src/a.rs:1: `std::process`: only a command may exit or start programs";
    check(
        side_effects::check,
        &[("crates/x/src/a.rs", exit)],
        &[message],
    );
}

#[test]
fn a_test_is_not_ignored() {
    let message =
        "crates/x/src/a.rs:1: assert what happens now, and say so, rather than ignore a test";
    check(
        test_habits::check,
        &[("crates/x/src/a.rs", "#[ignore = \"slow\"]\n")],
        &[message],
    );
    check(
        test_habits::check,
        &[("crates/x/src/a.rs", "#[cfg_attr(x, ignore)]\n")],
        &[message],
    );
}

#[test]
fn a_test_does_not_sleep() {
    let source = "tokio::time::sleep(second).await;\n";
    let message =
        "crates/x/tests/it/a.rs:1: a test waits for what it wants to see, not for a clock";
    check(
        test_habits::check,
        &[("crates/x/tests/it/a.rs", source)],
        &[message],
    );
    check(
        test_habits::check,
        &[("crates/x/src/timeout.rs", source)],
        &[],
    );
}

#[test]
fn nothing_is_left_to_do() {
    let note = concat!("TO", "DO");
    check(
        test_habits::check,
        &[("docs/a.md", &format!("one\n{note}: two\n"))],
        &[&format!(
            "docs/a.md:2: has a `{note}`: do it, or record the decision"
        )],
    );
}

#[test]
fn every_code_is_explained() {
    let source = "impl Refusal {\n    pub fn code(&self) -> &'static str {\n        match self {\n            \
                  Self::A => \"a\",\n            Self::B => \"b\",\n        }\n    }\n\n    fn text() {\n        \
                  match self { Self::A => \"none\" }\n    }\n}\n";
    let path = "crates/corsac/src/server/refusal.rs";
    let page = "docs/guide/reading-a-refusal.md";
    check(
        codes::of_core,
        &[(path, source), (page, "### `a`\n\n### `b`\n")],
        &[],
    );
    check(
        codes::of_core,
        &[(path, source), (page, "### `a`\n\n### `c`\n")],
        &[
            "docs/guide/reading-a-refusal.md: does not explain `b`",
            "docs/guide/reading-a-refusal.md: explains `c`, which is never given",
        ],
    );
    let message =
        "crates/corsac/src/server/refusal.rs: has no `fn code` any more: look where it went";
    check(codes::of_core, &[(path, "fn text() {}\n")], &[message]);
}

#[test]
fn every_code_of_the_reader_is_explained() {
    let source = "fn f() {\n    Problem::error(\"no-routes\", message);\n    Problem::warning(\n        \
                  \"policy-unused\",\n        message,\n    );\n    let code = \"syntax\";\n}\n";
    let path = "crates/corsac-config/src/a.rs";
    let page = "docs/guide/policy-file.md";
    let explained = "| `no-routes` | x |\n| `policy-unused` | x |\n| `syntax` | x |\n";
    check(codes::of_reader, &[(path, source), (page, explained)], &[]);
    check(
        codes::of_reader,
        &[
            (path, source),
            (page, "| `no-routes` | x |\n| `old` | x |\n"),
        ],
        &[
            "docs/guide/policy-file.md: does not explain `policy-unused`",
            "docs/guide/policy-file.md: explains `old`, which is never given",
        ],
    );
}

#[test]
fn every_key_has_a_heading() {
    let source = "const A_KEYS: &[&str] = &[\"listen\"];\nconst B_KEYS: &[&str] = &[\n    \"policy\",\n    \"route\",\n];\n\"other\"\n";
    let path = "crates/corsac-config/src/table.rs";
    let page = "docs/guide/policy-file.md";
    let headings = "### `listen`\n## A policy: `[policy.NAME]`\n## A route: `[[route]]`\n";
    check(codes::keys, &[(path, source), (page, headings)], &[]);
    check(
        codes::keys,
        &[
            (path, source),
            (
                page,
                "### `listen`\nand `policy`\n## A route: `[[route]]`\n",
            ),
        ],
        &["docs/guide/policy-file.md: has no heading for `policy`"],
    );
    let message =
        "crates/corsac-config/src/table.rs: has no lists of keys any more: look where they went";
    check(codes::keys, &[(path, "fn f() {}\n")], &[message]);
}

#[test]
fn every_failure_of_the_gateway_is_explained() {
    let source = "    fn code(self) {\n        match self { Self::A => \"loop\" }\n    }\n";
    let path = "crates/corsac-gateway/src/failure.rs";
    let page = "docs/guide/gateway.md";
    check(
        codes::of_gateway,
        &[(path, source), (page, "| 508 | `loop` | x |\n")],
        &[],
    );
    check(
        codes::of_gateway,
        &[(path, source), (page, "| 502 | `old` | x |\n")],
        &[
            "docs/guide/gateway.md: does not explain `loop`",
            "docs/guide/gateway.md: explains `old`, which is never given",
        ],
    );
}
