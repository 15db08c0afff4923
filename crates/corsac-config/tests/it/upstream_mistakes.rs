//! What a reader sees of the mistakes in an upstream.

use crate::file_shows;

#[test]
fn an_upstream_with_tls() {
    file_shows(
        r#"
[[route]]
path = "/v0"
upstream = "https://api.example"
"#,
        r#"
error[upstream-tls]: TLS to upstreams is not there yet: an upstream starts with `http://`
 --> corsac.toml:3:13
  |
3 | upstream = "https://api.example"
  |             ^^^^^
"#,
    );
}

#[test]
fn an_upstream_without_a_scheme() {
    file_shows(
        r#"
[[route]]
path = "/v0"
upstream = "127.0.0.1:3001/v1"

[[route]]
path = "/v1"
upstream = "ftp://x"
"#,
        r#"
error[upstream-missing-scheme]: an upstream starts with `http://`
 --> corsac.toml:3:13
  |
3 | upstream = "127.0.0.1:3001/v1"
  |             ^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `http://127.0.0.1:3001`?

error[upstream-scheme]: an upstream speaks HTTP: it starts with `http://`
 --> corsac.toml:7:13
  |
7 | upstream = "ftp://x"
  |             ^^^
"#,
    );
}

#[test]
fn an_upstream_with_more_than_host_and_port() {
    file_shows(
        r#"
[[route]]
path = "/v0"
upstream = "http://127.0.0.1:3001/"

[[route]]
path = "/v1"
upstream = "http://user:secret@api:3001"
"#,
        r#"
error[upstream-path]: an upstream has no path: requests keep the path that they came with
 --> corsac.toml:3:34
  |
3 | upstream = "http://127.0.0.1:3001/"
  |                                  ^
  |
  = help: did you mean `http://127.0.0.1:3001`?

error[upstream-userinfo]: an upstream has no user name and no password
 --> corsac.toml:7:20
  |
7 | upstream = "http://user:secret@api:3001"
  |                    ^^^^^^^^^^^^
  |
  = help: did you mean `http://api:3001`?
"#,
    );
}

#[test]
fn an_upstream_with_a_broken_host() {
    file_shows(
        r#"
[[route]]
path = "/v0"
upstream = "http://:3001"

[[route]]
path = "/v1"
upstream = "http://a b"

[[route]]
path = "/v2"
upstream = "http://[::1"

[[route]]
path = "/v3"
upstream = "http://127.0.0.256"

[[route]]
path = "/v4"
upstream = "http://a..b"
"#,
        r#"
error[upstream-missing-host]: the host is missing
 --> corsac.toml:3:20
  |
3 | upstream = "http://:3001"
  |                    ^
  |
  = help: did you mean `http://127.0.0.1:3001`?

error[upstream-host]: a host is a name, an IPv4 address, or an IPv6 address in brackets
 --> corsac.toml:7:21
  |
7 | upstream = "http://a b"
  |                     ^

error[upstream-host]: a host is a name, an IPv4 address, or an IPv6 address in brackets
  --> corsac.toml:11:20
   |
11 | upstream = "http://[::1"
   |                    ^^^^

error[upstream-host]: a host is a name, an IPv4 address, or an IPv6 address in brackets
  --> corsac.toml:15:20
   |
15 | upstream = "http://127.0.0.256"
   |                    ^^^^^^^^^^^

error[upstream-host]: a host is a name, an IPv4 address, or an IPv6 address in brackets
  --> corsac.toml:19:20
   |
19 | upstream = "http://a..b"
   |                    ^^^^
"#,
    );
}

#[test]
fn an_upstream_with_a_broken_port() {
    file_shows(
        r#"
[[route]]
path = "/v0"
upstream = "http://api:0"

[[route]]
path = "/v1"
upstream = "http://api:65536"

[[route]]
path = "/v2"
upstream = "http://api:"

[[route]]
path = "/v3"
upstream = "http://[::1]3001"
"#,
        r#"
error[upstream-port]: a port is a number from 1 to 65535
 --> corsac.toml:3:24
  |
3 | upstream = "http://api:0"
  |                        ^

error[upstream-port]: a port is a number from 1 to 65535
 --> corsac.toml:7:24
  |
7 | upstream = "http://api:65536"
  |                        ^^^^^

error[upstream-port]: a port is a number from 1 to 65535
  --> corsac.toml:11:24
   |
11 | upstream = "http://api:"
   |                        ^

error[upstream-port]: a port is a number from 1 to 65535
  --> corsac.toml:15:26
   |
15 | upstream = "http://[::1]3001"
   |                          ^^^
"#,
    );
}
