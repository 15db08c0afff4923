//! Keys by the names that they have elsewhere.

use crate::file_shows;

const ROUTE: &str = "[[route]]\npath = \"/\"\nupstream = \"http://127.0.0.1:1\"\n";

/// Checks which key is proposed in place of another, behind this header of a table.
fn check(header: &str, word: &str, key: Option<&str>) {
    let source = format!("{header}\n{word} = \"x\"\n{ROUTE}");
    let problems = corsac_config::read(&source).unwrap_err();
    let unknown = problems.iter().find(|it| it.code == "unknown-key");
    let unknown = unknown.expect("it is unknown");
    assert_eq!(unknown.suggestion.as_deref(), key, "{header} {word}");
}

#[test]
fn a_certificate_by_the_names_that_other_servers_have_for_it() {
    file_shows(
        &format!("[[tls]]\ncert = \"\"\nprivate_key = \"a.key\"\n{ROUTE}"),
        r#"
error[unknown-key]: unknown key `cert` in `[[tls]]`
 --> corsac.toml:2:1
  |
2 | cert = ""
  | ^^^^
  |
  = help: did you mean `certificate`?

error[file-name-empty]: the name of a file is missing here
 --> corsac.toml:2:8
  |
2 | cert = ""
  |        ^^

error[unknown-key]: unknown key `private_key` in `[[tls]]`
 --> corsac.toml:3:1
  |
3 | private_key = "a.key"
  | ^^^^^^^^^^^
  |
  = help: did you mean `key`?
"#,
    );
}

#[test]
fn every_table_knows_what_its_keys_are_called_elsewhere() {
    let tls = "[[tls]]";
    for word in ["cert", "certificate-file", "Cert_File", "fullchain"] {
        check(tls, word, Some("certificate"));
    }
    for word in ["private-key", "key-file", "privkey"] {
        check(tls, word, Some("key"));
    }
    let route = "[[route]]\npath = \"/a\"\nupstream = \"http://127.0.0.1:1\"";
    for word in [
        "timeout",
        "total-timeout",
        "request-timeout",
        "exchange-timout",
    ] {
        check(route, word, Some("exchange-timeout"));
    }
    check(route, "client_max_body_size", Some("max-body"));
    check(route, "strip-prefix", Some("replace-prefix"));
    check("", "port", Some("listen"));
    check("[limits]", "max-headers", Some("header-fields"));
    check("[admin]", "bind", Some("listen"));
    let upstream = "[upstream.shop]\nservers = [\"http://127.0.0.1:1\"]";
    check(upstream, "ca-file", Some("roots"));
}

#[test]
fn what_belongs_elsewhere_is_said_to() {
    check("[limits]", "certificate", None);
    check("", "exchange-timeout", None);
    check("[[tls]]", "banana", None);
}
