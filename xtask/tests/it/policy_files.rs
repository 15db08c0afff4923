//! Every policy file in the documents is one that corsac reads without a word.

use std::path::Path;

use corsac_config::Style;

/// Reads every ```` ```toml ```` block of a document; there are so many.
#[track_caller]
fn check(path: &str, n_blocks: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let document = std::fs::read_to_string(root.join(path)).unwrap();
    let blocks: Vec<&str> = document
        .split("\n```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect();
    assert_eq!(blocks.len(), n_blocks, "policy files in {path}");
    for block in blocks {
        let problems = match corsac_config::read_with_files(block, &file) {
            Ok(config) => config.warnings,
            Err(problems) => problems,
        };
        assert_eq!(problems.render(path, block, Style::Plain), "");
    }
}

/// What is in the files that the policy files name.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands in for a look at the disk, which can fail"
)]
fn file(name: &str) -> std::io::Result<Vec<u8>> {
    let text = match name {
        "ca.pem" => include_str!("../../../crates/corsac-config/tests/it/ca.pem"),
        "petstore.yaml" => "openapi: 3.1.1\npaths: { /pets: { get: {} } }\n",
        name => panic!("nothing is known of {name}"),
    };
    Ok(text.into())
}

#[test]
fn the_readme_shows_a_policy_file_that_works() {
    check("README.md", 1);
}

#[test]
fn the_guide_shows_policy_files_that_work() {
    check("docs/guide/policy-file.md", 4);
}

#[test]
fn what_the_gateway_is_measured_with_works() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/gateway");
    let route = "[[route]]\npath = \"/\"\nupstream = \"http://127.0.0.1:2\"\n";
    let rider = "[policy.shop]\nallow-origins = [\"https://app.example.com\"]\n\
                 report-only = \"next\"\n";
    for (file, rest) in [
        ("corsac.toml", ""),
        ("corsac-one.toml", route),
        (
            "corsac-every-feature.toml",
            &format!("{rider}{route}policy = \"shop\"\n"),
        ),
    ] {
        let text = std::fs::read_to_string(directory.join(file)).unwrap();
        let text = text.replace("@listen@", "127.0.0.1:1");
        let text = text.replace("@admin@", "127.0.0.1:3");
        let text = text.replace("@upstream@", "127.0.0.1:2") + rest;
        let problems = match corsac_config::read(&text) {
            Ok(config) => config.warnings,
            Err(problems) => problems,
        };
        assert_eq!(problems.render(file, &text, Style::Plain), "");
    }
}
