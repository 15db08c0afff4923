//! How problems are shown.

use corsac_config::{Position, Style, read_policy};

#[test]
fn colours_are_escape_sequences_and_nothing_else() {
    let source = "allow-origins = ['https://app.example/']\n";
    let problems = read_policy(source).unwrap_err();
    let plain = problems.render("corsac.toml", source, Style::Plain);
    let coloured = problems.render("corsac.toml", source, Style::Coloured);
    assert!(!plain.contains('\u{1b}'));
    assert!(coloured.contains("\u{1b}["));
    assert_eq!(without_colours(&coloured), plain);
}

#[test]
fn control_characters_of_a_file_do_not_reach_the_terminal() {
    let source = "allow-origins = ['https://app.example\u{1b}[31m/', 'a\u{7f}']\n\u{1b}]0;x = 1";
    let problems = read_policy(source).unwrap_err();
    let plain = problems.render("corsac.toml", source, Style::Plain);
    assert!(
        plain.chars().all(|it| it == '\n' || !it.is_control()),
        "{plain:?}"
    );
}

#[test]
fn control_characters_of_a_suggestion_do_not_reach_the_terminal() {
    let source = r#"
[policy."sho\u001bp"]
allow-origins = ["https://app.example"]
[[route]]
path = "/"
upstream = "http://api"
policy = "shop"
"#;
    let problems = corsac_config::read(source).unwrap_err();
    let plain = problems.render("corsac.toml", source, Style::Plain);
    assert!(plain.contains("did you mean `sho"), "{plain}");
    assert!(
        plain.chars().all(|it| it == '\n' || !it.is_control()),
        "{plain:?}"
    );
}

#[test]
fn the_mark_at_the_start_of_a_file_is_no_column() {
    let source = "\u{feff}x = 1\nallow-origins = ['https://app.example']";
    let problems = read_policy(source).unwrap_err();
    let plain = problems.render("corsac.toml", source, Style::Plain);
    assert!(plain.contains("--> corsac.toml:1:1\n"), "{plain}");
    let positions: Vec<_> = problems.positions(source).collect();
    assert_eq!(positions, [Position { line: 1, column: 1 }]);
}

#[test]
fn a_long_line_is_cut_around_the_fault() {
    let origins = "'https://app.example', ".repeat(50);
    let source = format!("allow-origins = [{origins}'https://app.example/']");
    let problems = read_policy(&source).unwrap_err();
    let plain = problems.render("corsac.toml", &source, Style::Plain);
    assert!(plain.lines().all(|line| line.len() < 150), "{plain}");
    assert!(plain.contains("corsac.toml:1:1188"), "{plain}");
}

#[test]
fn a_line_that_is_too_long_to_be_shown_is_quoted_from() {
    let origins = "'https://app.example', ".repeat(500);
    let source = format!("allow-origins = [{origins}'app.example']");
    let problems = read_policy(&source).unwrap_err();
    let expected = "\
error[origin-missing-scheme]: the scheme is missing: an origin starts with `scheme://`
--> corsac.toml:1:11519
 = note: this is meant: `a`
 = help: did you mean `https://app.example`?
";
    assert_eq!(
        problems.render("corsac.toml", &source, Style::Plain),
        expected
    );
}

#[test]
fn columns_are_counted_in_characters() {
    let source = "# é\nallow-origins = ['https://é.example', 'https://app.example/']";
    let problems = read_policy(source).unwrap_err();
    let positions: Vec<_> = problems.positions(source).collect();
    let at = |line, column| Position { line, column };
    assert_eq!(positions, [at(2, 27), at(2, 59)]);
}

#[test]
fn problems_without_a_place_to_be_shown_are_lines() {
    let problems = read_policy("allow-origins = ['https://app.example/']\nx = 1").unwrap_err();
    let expected = "\
error[origin-trailing-slash]: an origin has no slash at the end (did you mean `https://app.example`?)
error[unknown-key]: unknown key `x` in a policy";
    assert_eq!(problems.to_string(), expected);
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let end = part.find(|it: char| it.is_ascii_alphabetic()).unwrap();
        plain.push_str(&part[end + 1..]);
    }
    plain
}
