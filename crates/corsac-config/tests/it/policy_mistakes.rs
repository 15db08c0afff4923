//! What a reader sees of the mistakes in a policy.

use crate::policy_shows;

#[test]
fn methods_that_no_browser_sends() {
    policy_shows(
        r#"
allow-origins = ["https://app.example"]
allow-methods = ["patch", "TRACE", "P UT"]
"#,
        r#"
error[method-case]: methods are case-sensitive, and browsers do not send this spelling
 --> corsac.toml:2:19
  |
2 | allow-methods = ["patch", "TRACE", "P UT"]
  |                   ^^^^^
  |
  = help: did you mean `PATCH`?

error[method-forbidden]: no script can send this method: browsers forbid it
 --> corsac.toml:2:28
  |
2 | allow-methods = ["patch", "TRACE", "P UT"]
  |                            ^^^^^

error[method-invalid]: a method is a token: letters, digits and a few signs, without spaces
 --> corsac.toml:2:38
  |
2 | allow-methods = ["patch", "TRACE", "P UT"]
  |                                      ^
"#,
    );
}

#[test]
fn headers_that_change_nothing() {
    policy_shows(
        r#"
allow-origins = ["https://app.example"]
allow-headers = ["access-control-allow-origin", "cookie", "x:y"]
expose-headers = ["set-cookie"]
"#,
        r#"
error[response-header-in-request]: this header belongs to the response: a page gains nothing by sending it
 --> corsac.toml:2:19
  |
2 | allow-headers = ["access-control-allow-origin", "cookie", "x:y"]
  |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^

error[request-header-forbidden]: no script can set this request header: browsers forbid it
 --> corsac.toml:2:50
  |
2 | allow-headers = ["access-control-allow-origin", "cookie", "x:y"]
  |                                                  ^^^^^^

error[header-name-invalid]: a header name is a token: letters, digits and a few signs, without spaces or colons
 --> corsac.toml:2:61
  |
2 | allow-headers = ["access-control-allow-origin", "cookie", "x:y"]
  |                                                             ^

error[response-header-forbidden]: no script can read this response header
 --> corsac.toml:3:20
  |
3 | expose-headers = ["set-cookie"]
  |                    ^^^^^^^^^^
"#,
    );
}

#[test]
fn a_key_with_a_slip() {
    policy_shows(
        r#"
allow-origin = ["https://app.example"]
allow_methods = ["PUT"]
credentials = true
colour = "blue"
"#,
        r#"
error[unknown-key]: unknown key `allow-origin` in a policy
 --> corsac.toml:1:1
  |
1 | allow-origin = ["https://app.example"]
  | ^^^^^^^^^^^^
  |
  = help: did you mean `allow-origins`?

error[unknown-key]: unknown key `allow_methods` in a policy
 --> corsac.toml:2:1
  |
2 | allow_methods = ["PUT"]
  | ^^^^^^^^^^^^^
  |
  = help: did you mean `allow-methods`?

error[unknown-key]: unknown key `credentials` in a policy
 --> corsac.toml:3:1
  |
3 | credentials = true
  | ^^^^^^^^^^^
  |
  = help: did you mean `allow-credentials`?

error[unknown-key]: unknown key `colour` in a policy
 --> corsac.toml:4:1
  |
4 | colour = "blue"
  | ^^^^^^
"#,
    );
}

#[test]
fn a_mistake_in_the_value_of_an_unknown_key() {
    policy_shows(
        r#"
allowed-origins = ["https://app.example/"]
"#,
        r#"
error[unknown-key]: unknown key `allowed-origins` in a policy
 --> corsac.toml:1:1
  |
1 | allowed-origins = ["https://app.example/"]
  | ^^^^^^^^^^^^^^^
  |
  = help: did you mean `allow-origins`?

error[origin-trailing-slash]: an origin has no slash at the end
 --> corsac.toml:1:40
  |
1 | allowed-origins = ["https://app.example/"]
  |                                        ^
  |
  = help: did you mean `https://app.example`?
"#,
    );
}

#[test]
fn a_key_of_another_table() {
    policy_shows(
        r#"
allow-origins = ["https://app.example"]
listen = "127.0.0.1:80"
path = "/v1"
"#,
        r#"
error[unknown-key]: unknown key `listen` in a policy: it belongs at the top of the file, before the first table
 --> corsac.toml:2:1
  |
2 | listen = "127.0.0.1:80"
  | ^^^^^^

error[unknown-key]: unknown key `path` in a policy: it belongs in a route
 --> corsac.toml:3:1
  |
3 | path = "/v1"
  | ^^^^
"#,
    );
}

#[test]
fn a_string_where_a_list_must_be() {
    policy_shows(
        r#"
allow-origins = "https://app.example/"
"#,
        r#"
error[wrong-type]: expected a list of strings, found a string
 --> corsac.toml:1:17
  |
1 | allow-origins = "https://app.example/"
  |                 ^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `["https://app.example/"]`?

error[origin-trailing-slash]: an origin has no slash at the end
 --> corsac.toml:1:37
  |
1 | allow-origins = "https://app.example/"
  |                                     ^
  |
  = help: did you mean `https://app.example`?
"#,
    );
}

#[test]
fn a_list_where_a_switch_must_be() {
    policy_shows(
        r#"
allow-origins = ["https://app.example", 7]
allow-methods = 3.5
allow-credentials = "true"
refuse = ["reject"]
upstream = 2026-01-01
"#,
        r#"
error[wrong-type]: expected a string, found an integer
 --> corsac.toml:1:41
  |
1 | allow-origins = ["https://app.example", 7]
  |                                         ^

error[wrong-type]: expected a list of strings, found a float
 --> corsac.toml:2:17
  |
2 | allow-methods = 3.5
  |                 ^^^

error[wrong-type]: expected `true` or `false`, found a string
 --> corsac.toml:3:21
  |
3 | allow-credentials = "true"
  |                     ^^^^^^
  |
  = help: did you mean `true`?

error[wrong-type]: expected a string, found a list
 --> corsac.toml:4:10
  |
4 | refuse = ["reject"]
  |          ^^^^^^^^^^
  |
  = help: did you mean `"reject"`?

error[wrong-type]: expected a string, found a date or time
 --> corsac.toml:5:12
  |
5 | upstream = 2026-01-01
  |            ^^^^^^^^^^
"#,
    );
}

#[test]
fn unknown_words() {
    policy_shows(
        r#"
allow-origins = ["https://app.example"]
refuse = "rejected"
upstream = "no"
"#,
        r#"
error[unknown-value]: unknown value `rejected`: it is `forward` or `reject`
 --> corsac.toml:2:11
  |
2 | refuse = "rejected"
  |           ^^^^^^^^
  |
  = help: did you mean `reject`?

error[unknown-value]: unknown value `no`: it is `override` or `keep`
 --> corsac.toml:3:13
  |
3 | upstream = "no"
  |             ^^
"#,
    );
}

#[test]
fn a_max_age_without_a_unit() {
    policy_shows(
        r#"
allow-origins = ["https://app.example"]
max-age = 600
"#,
        r#"
error[duration-without-unit]: a duration needs a unit: `d`, `h`, `m`, `s` or `ms`
 --> corsac.toml:2:11
  |
2 | max-age = 600
  |           ^^^
  |
  = help: did you mean `"600s"`?
"#,
    );
}

#[test]
fn a_max_age_above_a_day() {
    policy_shows(
        r#"
allow-origins = ["https://app.example"]
max-age = "25h"
"#,
        r#"
error[max-age-too-long]: no browser keeps a preflight's answer for longer than a day
 --> corsac.toml:2:11
  |
2 | max-age = "25h"
  |           ^^^^^
"#,
    );
}

#[test]
fn a_max_age_with_a_fraction() {
    policy_shows(
        r#"
allow-origins = ["https://app.example"]
max-age = "1500ms"
"#,
        r#"
error[max-age-fraction]: max-age is a number of whole seconds
 --> corsac.toml:2:11
  |
2 | max-age = "1500ms"
  |           ^^^^^^^^
"#,
    );
}

#[test]
fn a_max_age_in_words() {
    policy_shows(
        r#"
allow-origins = ["https://app.example"]
max-age = "1 hour 30 minutes"
"#,
        r#"
error[duration-number]: a duration is made of whole numbers with units, such as `1h30m`
 --> corsac.toml:2:13
  |
2 | max-age = "1 hour 30 minutes"
  |             ^
  |
  = help: did you mean `1h30m`?
"#,
    );
}

#[test]
fn too_many_methods() {
    let methods = r#""M", "#.repeat(1001);
    let source =
        format!("allow-origins = [\"https://app.example\"]\nallow-methods = [{methods}]\n");
    policy_shows(
        &source,
        r#"
error[list-too-long]: this list has more than 1000 items
 --> corsac.toml:2:17
  |
2 | ... = ["M", "M", "M", "M", "M", "M", "M", "M", "M",...M", "M", "M", "M", "M", "M", "M", "M", "M", ]
  |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    );
}
