//! What a file says about clients, and the mistakes in that.

use corsac_config::{Config, Limits};

use crate::file_shows;

const ROUTE: &str = r#"
[[route]]
path = "/"
upstream = "http://127.0.0.1:3001"
"#;

fn read(source: &str) -> Config {
    corsac_config::read(&format!("{source}{ROUTE}")).unwrap()
}

#[test]
fn a_file_that_says_nothing_of_clients_has_defaults() {
    let front = read("").front;
    assert!(front.certificates.is_empty() && front.proxies.is_empty());
    assert!(front.http2 && !front.h2c);
    assert_eq!(front.limits, Limits::DEFAULT);
}

#[test]
fn everything_about_clients_can_be_said() {
    let front = read(
        r#"
        http2 = false
        h2c = true
        proxy-protocol = ["10.0.0.0/8", "::1"]

        [limits]
        connections = 1_000
        connections-per-client = 10
        header-fields = 50
        header-bytes = 0x4000
        streams = 20

        [[tls]]
        certificate = "a.pem"
        key = "a.key"

        [[tls]]
        certificate = "/b.pem"
        key = "/b.key"
        "#,
    )
    .front;
    assert!(!front.http2 && front.h2c);
    let limits = front.limits;
    assert_eq!(
        (limits.connections, limits.connections_per_client),
        (1000, 10)
    );
    assert_eq!((limits.header_fields, limits.header_bytes), (50, 16_384));
    assert_eq!(limits.streams, 20);
    let files = front
        .certificates
        .iter()
        .map(|it| (&*it.certificate, &*it.key));
    let files: Vec<_> = files.collect();
    assert_eq!(files, [("a.pem", "a.key"), ("/b.pem", "/b.key")]);
    let is_trusted = |it: &str| {
        front
            .proxies
            .iter()
            .any(|net| net.contains(it.parse().unwrap()))
    };
    for address in ["10.255.0.1", "::ffff:10.0.0.1", "::1"] {
        assert!(is_trusted(address), "{address}");
    }
    for address in ["11.0.0.1", "::2", "::a00:1"] {
        assert!(!is_trusted(address), "{address}");
    }
}

#[test]
fn networks_of_every_length() {
    for (network, inside, outside) in [
        ("0.0.0.0/0", "203.0.113.9", "::1"),
        ("::/0", "2001:db8::1", "127.0.0.1"),
        ("192.0.2.128/25", "192.0.2.255", "192.0.2.127"),
        ("192.0.2.1/32", "192.0.2.1", "192.0.2.0"),
        ("2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"),
        ("2001:db8::1/128", "2001:db8::1", "2001:db8::"),
    ] {
        let network: corsac_config::Network = network.parse().unwrap();
        assert!(network.contains(inside.parse().unwrap()), "{network:?}");
        assert!(!network.contains(outside.parse().unwrap()), "{network:?}");
    }
}

#[test]
fn certificates_without_files() {
    file_shows(
        &format!(
            r#"
tls = 7
[limits]
certificate = "a.pem"
{ROUTE}"#
        ),
        r#"
error[wrong-type]: expected a table for each certificate, found an integer
 --> corsac.toml:1:7
  |
1 | tls = 7
  |       ^
  |
  = help: did you mean `[[tls]]`?

error[unknown-key]: unknown key `certificate` in `[limits]`: it belongs in `[[tls]]`
 --> corsac.toml:3:1
  |
3 | certificate = "a.pem"
  | ^^^^^^^^^^^
"#,
    );
    file_shows(
        &format!(
            r#"
[[tls]]
certificate = ""
{ROUTE}"#
        ),
        r#"
error[key-missing]: the key `key` is missing
 --> corsac.toml:1:1
  |
1 | [[tls]]
  | ^^^^^^^

error[file-name-empty]: the name of a file is missing here
 --> corsac.toml:2:15
  |
2 | certificate = ""
  |               ^^
"#,
    );
}

#[test]
fn limits_and_networks_that_are_none() {
    file_shows(
        &format!(
            r#"
proxy-protocol = ["10.0.0.1/8", "localhost", "10.0.0.0/33"]
h2c = "yes"

[limits]
connections = 0
header-bytes = 100
header-feilds = "many"
{ROUTE}"#
        ),
        r#"
error[network]: `10.0.0.1/8` is no address and no network, such as `10.0.0.0/8`
 --> corsac.toml:1:20
  |
1 | proxy-protocol = ["10.0.0.1/8", "localhost", "10.0.0.0/33"]
  |                    ^^^^^^^^^^
  |
  = help: did you mean `10.0.0.0/8`?

error[network]: `localhost` is no address and no network, such as `10.0.0.0/8`
 --> corsac.toml:1:34
  |
1 | proxy-protocol = ["10.0.0.1/8", "localhost", "10.0.0.0/33"]
  |                                  ^^^^^^^^^

error[network]: `10.0.0.0/33` is no address and no network, such as `10.0.0.0/8`
 --> corsac.toml:1:47
  |
1 | proxy-protocol = ["10.0.0.1/8", "localhost", "10.0.0.0/33"]
  |                                               ^^^^^^^^^^^

error[wrong-type]: expected `true` or `false`, found a string
 --> corsac.toml:2:7
  |
2 | h2c = "yes"
  |       ^^^^^

error[number-range]: this is a number from 1 to 1048576
 --> corsac.toml:5:15
  |
5 | connections = 0
  |               ^

error[number-range]: this is a number from 8192 to 1048576
 --> corsac.toml:6:16
  |
6 | header-bytes = 100
  |                ^^^

error[unknown-key]: unknown key `header-feilds` in `[limits]`
 --> corsac.toml:7:1
  |
7 | header-feilds = "many"
  | ^^^^^^^^^^^^^
  |
  = help: did you mean `header-fields`?

error[wrong-type]: expected a whole number, found a string
 --> corsac.toml:7:17
  |
7 | header-feilds = "many"
  |                 ^^^^^^
"#,
    );
}

#[test]
fn an_empty_list_of_proxies() {
    file_shows(
        &format!("proxy-protocol = []\n{ROUTE}"),
        r#"
error[proxies-range]: list 1 to 1000 addresses, or leave the key out
 --> corsac.toml:1:18
  |
1 | proxy-protocol = []
  |                  ^^
"#,
    );
}
