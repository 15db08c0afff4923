//! Files that are too much.

use std::fmt::Write;

use corsac_config::{MAX_PROBLEMS, MAX_SOURCE_LEN, MAX_TOKENS, Style, read, read_policy};

#[test]
fn a_file_that_is_too_long_is_not_read() {
    let source = "#".repeat(MAX_SOURCE_LEN + 1);
    let problems = read(&source).unwrap_err();
    assert_eq!(
        problems.to_string(),
        "error[file-too-long]: the file is longer than 16 MiB"
    );
}

#[test]
fn a_file_of_too_many_signs_is_not_read() {
    let source = "[".repeat(MAX_TOKENS + 1);
    let problems = read(&source).unwrap_err();
    let codes: Vec<_> = problems.iter().map(|it| it.code).collect();
    assert_eq!(codes, ["file-too-long"]);
}

#[test]
fn fifty_thousand_origins_are_a_policy() {
    let mut source = String::from("allow-origins = [\n");
    for number in 0..50_000 {
        writeln!(
            source,
            "  'https://customer-{number}.tenants.shop.example',"
        )
        .unwrap();
    }
    source.push(']');
    read_policy(&source).unwrap();
}

#[test]
fn problems_are_counted_but_not_all_kept() {
    let n_problems = MAX_PROBLEMS + 7;
    let source = format!("allow-origins = [{}]", "'x',\n".repeat(n_problems));
    let problems = read_policy(&source).unwrap_err();
    assert_eq!(problems.n_errors(), n_problems);
    assert_eq!(problems.iter().count(), MAX_PROBLEMS);
    assert_eq!(problems.n_left_out(), 7);
    let rendered = problems.render("corsac.toml", &source, Style::Plain);
    assert!(rendered.ends_with("\n... and 7 more\n"));
}

#[test]
fn many_warnings_do_not_hide_an_error() {
    let origins = "'http://app.example',\n".repeat(MAX_PROBLEMS + 1);
    let source = format!(
        "[policy.a]\nallow-origins = [{origins}]\n[policy.b]\n\
         [[route]]\npath = '/'\nupstream = 'http://api'\npolicy = 'a'\n"
    );
    let problems = read(&source).unwrap_err();
    assert_eq!(problems.n_errors(), 1);
    assert!(problems.iter().any(|it| it.code == "no-origins"));
}

#[test]
fn a_deep_nest_is_an_error() {
    for source in [
        "a = ".to_owned() + &"[".repeat(10_000),
        "a.".repeat(10_000) + "a = 1",
    ] {
        read(&source).unwrap_err();
    }
}
