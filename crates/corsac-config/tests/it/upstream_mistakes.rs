//! What a reader sees of the mistakes in an upstream.

use crate::file_shows;

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
error[upstream-missing-scheme]: an upstream starts with `http://` or `https://`
 --> corsac.toml:3:13
  |
3 | upstream = "127.0.0.1:3001/v1"
  |             ^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `http://127.0.0.1:3001`?

error[upstream-scheme]: an upstream speaks HTTP: it starts with `http://` or `https://`
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
error[upstream-path]: an upstream has no path: `replace-prefix` puts another in place of a route's
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

#[test]
fn an_upstream_that_is_not_there() {
    file_shows(
        r#"
[upstream.shop]
servers = ["http://127.0.0.1:3001"]

[upstream.unused]
servers = ["https://api.example"]

[[route]]
path = "/v1"
upstream = "shopp"
"#,
        r#"
warning[upstream-unused]: no route uses the upstream `unused`
 --> corsac.toml:4:11
  |
4 | [upstream.unused]
  |           ^^^^^^

error[upstream-unknown]: there is no upstream `shopp`
 --> corsac.toml:9:13
  |
9 | upstream = "shopp"
  |             ^^^^^
  |
  = help: did you mean `shop`?
"#,
    );
}

#[test]
fn several_servers_that_are_none() {
    file_shows(
        r#"
[upstream.shop]
servers = ["http://a", "http://a:80", "b"]
retries = 6
health-interval = "0s"
roots = "ca.pem"

[[route]]
path = "/v1"
upstream = "shop"

[[route]]
path = "/v2"
upstream = ["http://a", "ftp://b"]
"#,
        r#"
error[server-duplicate]: this server is there already
 --> corsac.toml:2:25
  |
2 | servers = ["http://a", "http://a:80", "b"]
  |                         ^^^^^^^^^^^

error[upstream-missing-scheme]: an upstream starts with `http://` or `https://`
 --> corsac.toml:2:40
  |
2 | servers = ["http://a", "http://a:80", "b"]
  |                                        ^
  |
  = help: did you mean `http://b`?

error[retries-range]: `retries` is a number from 0 to 5
 --> corsac.toml:3:11
  |
3 | retries = 6
  |           ^

error[timeout-range]: `health-interval` is more than zero, and at most a day
 --> corsac.toml:4:19
  |
4 | health-interval = "0s"
  |                   ^^^^

error[health-path-missing]: without `health-path` nothing is asked
 --> corsac.toml:4:19
  |
4 | health-interval = "0s"
  |                   ^^^^

error[roots-unused]: none of the servers speaks TLS, so that there is no certificate to check
 --> corsac.toml:5:9
  |
5 | roots = "ca.pem"
  |         ^^^^^^^^

error[file-unreadable]: cannot read `ca.pem`: there are no files beside this text
 --> corsac.toml:5:10
  |
5 | roots = "ca.pem"
  |          ^^^^^^

error[upstream-scheme]: an upstream speaks HTTP: it starts with `http://` or `https://`
  --> corsac.toml:13:26
   |
13 | upstream = ["http://a", "ftp://b"]
   |                          ^^^
"#,
    );
}

#[test]
fn an_upstream_without_servers() {
    file_shows(
        r#"
[upstream.empty]
servers = []
host = "*.example"
health-path = "healthz"
retry = 1

[[route]]
path = "/v3"
upstream = "empty"
"#,
        r#"
error[servers-empty]: no server is listed
 --> corsac.toml:2:11
  |
2 | servers = []
  |           ^^

error[host]: servers are asked for one name, without `*`
 --> corsac.toml:3:9
  |
3 | host = "*.example"
  |         ^^^^^^^^^

error[path-missing-slash]: a path starts with a slash
 --> corsac.toml:4:16
  |
4 | health-path = "healthz"
  |                ^
  |
  = help: did you mean `/healthz`?

error[unknown-key]: unknown key `retry` in an upstream
 --> corsac.toml:5:1
  |
5 | retry = 1
  | ^^^^^
  |
  = help: did you mean `retries`?
"#,
    );
}
