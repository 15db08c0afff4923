//! Which bytes of the source a problem points at, however the string is written.

/// Checks that the one problem of a policy points at what is between `«` and `»`.
fn check(marked: &str) {
    let start = marked.find('«').unwrap();
    let source = marked.replace(['«', '»'], "");
    let end = marked.find('»').unwrap() - '«'.len_utf8();
    let problems = corsac_config::read_policy(&source).unwrap_err();
    let spans: Vec<_> = problems.iter().map(|it| it.span.clone()).collect();
    assert_eq!(spans, vec![start..end], "{problems}");
}

#[test]
fn a_basic_string() {
    check(r#"allow-origins = ["https://app.example«/»"]"#);
}

#[test]
fn a_literal_string() {
    check("allow-origins = ['https://app.example«/»']");
}

#[test]
fn a_multi_line_string() {
    check("allow-origins = [\"\"\"\nhttps://app.example«/»\"\"\"]");
    check("allow-origins = ['''\r\nhttps://app.example«/»''']");
    check("allow-origins = ['''https://app.example«/»''']");
}

#[test]
fn a_string_with_escapes_before_the_fault() {
    check(r#"allow-origins = ["https:\u002f\U0000002Fapp.ex\x61mple«/»"]"#);
}

#[test]
fn an_escape_that_is_the_fault() {
    check(r#"allow-origins = ["https://app.example«\u002f»"]"#);
    check(r#"allow-origins = ["https://app.ex«\u00e4»mple"]"#);
    check(r#"allow-origins = ["https://app«\t».example"]"#);
}

#[test]
fn a_string_that_goes_on_on_the_next_line() {
    check("allow-origins = [\"\"\"https://app.\\\n    example«/»\"\"\"]");
}

#[test]
fn characters_of_several_bytes() {
    check(r#"allow-origins = ["https://«é»xample"]"#);
    check("# é\nallow-origins = [\"https://app.example«/»\"]");
}

#[test]
fn an_empty_string() {
    check(r#"allow-origins = [«""»]"#);
}

#[test]
fn the_key_of_a_dotted_table() {
    check("allow-origins = ['https://app.example']\n«colour».red = 1");
}

#[test]
fn a_quoted_key() {
    check("allow-origins = ['https://app.example']\n«\"colour\"» = 1");
}
