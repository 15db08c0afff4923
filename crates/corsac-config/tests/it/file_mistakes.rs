//! What a reader sees of the mistakes in a file beside its policies and routes.

use crate::file_shows;

#[test]
fn an_empty_file() {
    file_shows(
        r#"

"#,
        r#"
error[no-routes]: there is no route: nothing would be served
 --> corsac.toml:1:1
  |
1 |
  | ^
  |
  = help: did you mean `[[route]]`?
"#,
    );
}

#[test]
fn a_file_with_a_policy_and_no_route() {
    file_shows(
        r#"
[policy.shop]
allow-origins = ["https://app.example"]
"#,
        r#"
error[no-routes]: there is no route: nothing would be served
 --> corsac.toml:1:1
  |
1 | [policy.shop]
  | ^
  |
  = help: did you mean `[[route]]`?

warning[policy-unused]: no route uses the policy `shop`
 --> corsac.toml:1:9
  |
1 | [policy.shop]
  |         ^^^^
"#,
    );
}

#[test]
fn tables_with_a_slip() {
    file_shows(
        r#"
[policies.shop]
allow-origins = ["https://app.example"]

[[routes]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
policy = "shop"
"#,
        r#"
error[unknown-key]: unknown key `policies` at the top of a file
 --> corsac.toml:1:2
  |
1 | [policies.shop]
  |  ^^^^^^^^
  |
  = help: did you mean `policy`?

error[unknown-key]: unknown key `routes` at the top of a file
 --> corsac.toml:4:3
  |
4 | [[routes]]
  |   ^^^^^^
  |
  = help: did you mean `route`?
"#,
    );
}

#[test]
fn one_route_as_a_table() {
    file_shows(
        r#"
[route]
path = "v1"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[wrong-type]: expected a list of routes, found a table
 --> corsac.toml:1:1
  |
1 | [route]
  | ^^^^^^^
  |
  = help: did you mean `[[route]]`?

error[path-missing-slash]: a path starts with a slash
 --> corsac.toml:2:9
  |
2 | path = "v1"
  |         ^
  |
  = help: did you mean `/v1`?
"#,
    );
}

#[test]
fn a_policy_that_is_no_table() {
    file_shows(
        r#"
policy = "shop"
route = 7
"#,
        r#"
error[wrong-type]: expected a table for each policy: `[policy.name]`, found a string
 --> corsac.toml:1:10
  |
1 | policy = "shop"
  |          ^^^^^^

error[wrong-type]: expected a list of routes, found an integer
 --> corsac.toml:2:9
  |
2 | route = 7
  |         ^
  |
  = help: did you mean `[[route]]`?
"#,
    );
}

#[test]
fn addresses_to_listen_on_need_an_ip_address() {
    file_shows(
        r#"
listen = "localhost:8080"

[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[listen-address]: the address to listen on is an IP address and a port
 --> corsac.toml:1:11
  |
1 | listen = "localhost:8080"
  |           ^^^^^^^^^^^^^^
  |
  = help: did you mean `127.0.0.1:8080`?
"#,
    );
}

#[test]
fn a_port_alone_to_listen_on() {
    file_shows(
        r#"
listen = 8080

[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[wrong-type]: expected a string, found an integer
 --> corsac.toml:1:10
  |
1 | listen = 8080
  |          ^^^^
"#,
    );
}

#[test]
fn a_host_name_to_listen_on() {
    file_shows(
        r#"
listen = "gateway.internal:80"

[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[listen-address]: the address to listen on is an IP address and a port
 --> corsac.toml:1:11
  |
1 | listen = "gateway.internal:80"
  |           ^^^^^^^^^^^^^^^^^^^
"#,
    );
}

#[test]
fn timeouts_have_units_and_bounds() {
    file_shows(
        r#"
connect-timeout = 5
response-timeout = "0s"
shutdown-timeout = "2d"
request-head-timeout = "10 apples"

[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[duration-without-unit]: a duration needs a unit: `d`, `h`, `m`, `s` or `ms`
 --> corsac.toml:1:19
  |
1 | connect-timeout = 5
  |                   ^
  |
  = help: did you mean `"5s"`?

error[timeout-range]: `response-timeout` is more than zero, and at most a day
 --> corsac.toml:2:20
  |
2 | response-timeout = "0s"
  |                    ^^^^

error[timeout-range]: `shutdown-timeout` is more than zero, and at most a day
 --> corsac.toml:3:20
  |
3 | shutdown-timeout = "2d"
  |                    ^^^^

error[duration-number]: a duration is made of whole numbers with units, such as `1h30m`
 --> corsac.toml:4:27
  |
4 | request-head-timeout = "10 apples"
  |                           ^
"#,
    );
}

#[test]
fn a_setting_after_the_first_table() {
    file_shows(
        r#"
[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
listen = "127.0.0.1:80"
"#,
        r#"
error[unknown-key]: unknown key `listen` in a route: it belongs at the top of the file, before the first table
 --> corsac.toml:4:1
  |
4 | listen = "127.0.0.1:80"
  | ^^^^^^
"#,
    );
}

#[test]
fn a_route_names_a_policy_that_does_not_exist() {
    file_shows(
        r#"
[policy.shop]
allow-origins = ["https://app.example"]

[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
policy = "shpo"

[[route]]
path = "/v2"
upstream = "http://127.0.0.1:3001"
policy = "warehouse"
"#,
        r#"
error[policy-unknown]: there is no policy `shpo`
 --> corsac.toml:7:11
  |
7 | policy = "shpo"
  |           ^^^^
  |
  = help: did you mean `shop`?

error[policy-unknown]: there is no policy `warehouse`
  --> corsac.toml:12:11
   |
12 | policy = "warehouse"
   |           ^^^^^^^^^
"#,
    );
}

#[test]
fn a_policy_that_nobody_uses_is_doubtful() {
    file_shows(
        r#"
[policy.shop]
allow-origins = ["https://app.example"]

[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
warning[policy-unused]: no route uses the policy `shop`
 --> corsac.toml:1:9
  |
1 | [policy.shop]
  |         ^^^^
"#,
    );
}

#[test]
fn doubts_of_a_policy() {
    file_shows(
        r#"
[policy.shop]
allow-origins = ["https://app.example", "https://app.example", "http://app.example"]
expose-headers = ["content-type"]
max-age = "3h"
dangerously-allow-null-origin = true

[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
policy = "shop"
"#,
        r#"
warning[duplicate]: this is listed twice
 --> corsac.toml:2:42
  |
2 | allow-origins = ["https://app.example", "https://app.example", "http://app.example"]
  |                                          ^^^^^^^^^^^^^^^^^^^

warning[insecure-origin]: whoever is on the network can speak in the name of an `http` origin
 --> corsac.toml:2:65
  |
2 | allow-origins = ["https://app.example", "https://app.example", "http://app.example"]
  |                                                                 ^^^^

warning[exposed-header-safelisted]: every page can read this response header anyway
 --> corsac.toml:3:20
  |
3 | expose-headers = ["content-type"]
  |                    ^^^^^^^^^^^^

warning[max-age-above-cap]: Chromium keeps a preflight's answer for two hours at most
 --> corsac.toml:4:11
  |
4 | max-age = "3h"
  |           ^^^^

warning[unneeded-permission]: nothing in the policy needs this dangerous permission
 --> corsac.toml:5:33
  |
5 | dangerously-allow-null-origin = true
  |                                 ^^^^
"#,
    );
}
