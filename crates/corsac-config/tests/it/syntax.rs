//! What a reader sees of the mistakes that make a file no TOML.

use crate::file_shows;

#[test]
fn a_missing_value() {
    file_shows(
        r#"
[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
methods =
"#,
        r#"
error[syntax]: the value is missing
 --> corsac.toml:4:10
  |
4 | methods =
  |          ^
"#,
    );
}

#[test]
fn a_string_without_quotes() {
    file_shows(
        r#"
listen = localhost

[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[syntax]: a string is written in quotes
 --> corsac.toml:1:10
  |
1 | listen = localhost
  |          ^^^^^^^^^
  |
  = help: did you mean `"localhost"`?
"#,
    );
}

#[test]
fn a_string_that_does_not_end() {
    file_shows(
        r#"
listen = "127.0.0.1:80

[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[syntax]: invalid basic string, expected `"`
 --> corsac.toml:1:23
  |
1 | listen = "127.0.0.1:80
  |                       ^
"#,
    );
}

#[test]
fn two_syntax_errors_and_a_mistake_after_them() {
    file_shows(
        r#"
listen = "127.0.0.1:80\q"
connect-timeout == "5s"

[[route]]
path = "v1"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[syntax]: missing escaped value, expected `b`, `e`, `f`, `n`, `r`, `\`, `"`, `x`, `u`, `U`
 --> corsac.toml:1:24
  |
1 | listen = "127.0.0.1:80\q"
  |                        ^

error[syntax]: extra `=`, expected nothing
 --> corsac.toml:2:18
  |
2 | connect-timeout == "5s"
  |                  ^

error[path-missing-slash]: a path starts with a slash
 --> corsac.toml:5:9
  |
5 | path = "v1"
  |         ^
  |
  = help: did you mean `/v1`?
"#,
    );
}

#[test]
fn a_table_that_is_there_twice() {
    file_shows(
        r#"
[policy.shop]
allow-origins = ["https://app.example"]

[policy.shop]
allow-origins = ["https://app.example/"]

[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
policy = "shop"
"#,
        r#"
error[duplicate-key]: this key is there already
 --> corsac.toml:4:9
  |
4 | [policy.shop]
  |         ^^^^

error[duplicate-key]: this key is there already
 --> corsac.toml:5:1
  |
5 | allow-origins = ["https://app.example/"]
  | ^^^^^^^^^^^^^
"#,
    );
}

#[test]
fn a_list_that_does_not_end() {
    file_shows(
        r#"
[[route]]
path = "/v1"
methods = ["GET", "PUT"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[syntax]: missing comma between array elements, expected `,`
 --> corsac.toml:4:1
  |
4 | upstream = "http://127.0.0.1:3001"
  | ^
"#,
    );
}

#[test]
fn ten_different_mistakes_are_shown_at_once() {
    file_shows(TEN_MISTAKES, TEN_MISTAKES_SHOWN);
}

const TEN_MISTAKES: &str = r#"
listen = "localhost:8080"
connect-timeout = 5

[policy.shop]
allow-origins = ["https://app.example/", "HTTPS://b.example", 7]
alow-methods = ["put"]
max-age = "2 hours"
refuse = "no"
broken

[[route]]
path = "v1"
upstream = "htttp://127.0.0.1:3001"
policy = "shpo"
"#;

const TEN_MISTAKES_SHOWN: &str = r#"
error[listen-address]: the address to listen on is an IP address and a port
 --> corsac.toml:1:11
  |
1 | listen = "localhost:8080"
  |           ^^^^^^^^^^^^^^
  |
  = help: did you mean `127.0.0.1:8080`?

error[duration-without-unit]: a duration needs a unit: `d`, `h`, `m`, `s` or `ms`
 --> corsac.toml:2:19
  |
2 | connect-timeout = 5
  |                   ^
  |
  = help: did you mean `"5s"`?

error[origin-trailing-slash]: an origin has no slash at the end
 --> corsac.toml:5:38
  |
5 | allow-origins = ["https://app.example/", "HTTPS://b.example", 7]
  |                                      ^
  |
  = help: did you mean `https://app.example`?

error[origin-upper-case]: origins are lower case
 --> corsac.toml:5:43
  |
5 | allow-origins = ["https://app.example/", "HTTPS://b.example", 7]
  |                                           ^
  |
  = help: did you mean `https://b.example`?

error[wrong-type]: expected a string, found an integer
 --> corsac.toml:5:63
  |
5 | allow-origins = ["https://app.example/", "HTTPS://b.example", 7]
  |                                                               ^

error[unknown-key]: unknown key `alow-methods` in a policy
 --> corsac.toml:6:1
  |
6 | alow-methods = ["put"]
  | ^^^^^^^^^^^^
  |
  = help: did you mean `allow-methods`?

error[method-case]: methods are case-sensitive, and browsers do not send this spelling
 --> corsac.toml:6:18
  |
6 | alow-methods = ["put"]
  |                  ^^^
  |
  = help: did you mean `PUT`?

error[duration-number]: a duration is made of whole numbers with units, such as `1h30m`
 --> corsac.toml:7:13
  |
7 | max-age = "2 hours"
  |             ^
  |
  = help: did you mean `2h`?

error[unknown-value]: unknown value `no`: it is `forward` or `reject`
 --> corsac.toml:8:11
  |
8 | refuse = "no"
  |           ^^

error[syntax]: key with no value, expected `=`
 --> corsac.toml:9:7
  |
9 | broken
  |       ^

error[path-missing-slash]: a path starts with a slash
  --> corsac.toml:12:9
   |
12 | path = "v1"
   |         ^
   |
   = help: did you mean `/v1`?

error[upstream-scheme]: an upstream speaks HTTP: it starts with `http://` or `https://`
  --> corsac.toml:13:13
   |
13 | upstream = "htttp://127.0.0.1:3001"
   |             ^^^^^

error[policy-unknown]: there is no policy `shpo`
  --> corsac.toml:14:11
   |
14 | policy = "shpo"
   |           ^^^^
   |
   = help: did you mean `shop`?
"#;
