//! What a `data:` URL is.

use corsac_fetch::data_url::process_data_url;

use crate::support::url;

fn check(text: &str, expected: Option<(&str, &[u8])>) {
    let found = process_data_url(&url(text)).map(|it| (it.mime_type, it.body));
    let expected = expected.map(|(mime_type, body)| (mime_type.into(), body.to_vec()));
    assert_eq!(found, expected, "{text}");
}

#[test]
fn the_type_comes_before_the_comma_and_the_body_after() {
    check("data:,hi", Some(("text/plain;charset=US-ASCII", b"hi")));
    check("data:text/html,<b>", Some(("text/html", b"<b>")));
    check(
        "data:;charset=x,%FF%00",
        Some(("text/plain;charset=x", b"\xFF\0")),
    );
    check(
        "data:nonsense,a,b",
        Some(("text/plain;charset=US-ASCII", b"a,b")),
    );
    check("data:a/b;c=\"d e\",", Some(("a/b;c=\"d e\"", b"")));
}

#[test]
fn base64_is_read_forgivingly() {
    check("data:a/b;base64,aGk=", Some(("a/b", b"hi")));
    check("data:a/b; BASE64,aGk", Some(("a/b", b"hi")));
    check("data:a/b;base64,a%20G%20k", Some(("a/b", b"hi")));
    check("data:a/b;base64,a", None);
    check("data:a/b;base64,aG-k", None);
}

#[test]
fn a_fragment_is_no_part_of_the_body() {
    check(
        "data:,hi#there",
        Some(("text/plain;charset=US-ASCII", b"hi")),
    );
}

#[test]
fn without_a_comma_it_is_malformed() {
    check("data:hi", None);
    check("data:hi#,", None);
}
