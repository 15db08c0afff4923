//! What a reader sees of the mistakes in the origins of a policy.

use crate::policy_shows;

#[test]
fn an_origin_with_a_trailing_slash() {
    policy_shows(
        r#"
allow-origins = ["https://app.example/"]
"#,
        r#"
error[origin-trailing-slash]: an origin has no slash at the end
 --> corsac.toml:1:38
  |
1 | allow-origins = ["https://app.example/"]
  |                                      ^
  |
  = help: did you mean `https://app.example`?
"#,
    );
}

#[test]
fn an_origin_without_a_scheme() {
    policy_shows(
        r#"
allow-origins = ["app.example"]
"#,
        r#"
error[origin-missing-scheme]: the scheme is missing: an origin starts with `scheme://`
 --> corsac.toml:1:19
  |
1 | allow-origins = ["app.example"]
  |                   ^
  |
  = help: did you mean `https://app.example`?
"#,
    );
}

#[test]
fn the_second_of_three_origins_is_pointed_at() {
    policy_shows(
        r#"
allow-origins = [
  "https://a.example",
  "https://B.example",
  "https://c.example",
]
"#,
        r#"
error[origin-upper-case]: origins are lower case
 --> corsac.toml:3:12
  |
3 |   "https://B.example",
  |            ^
  |
  = help: did you mean `https://b.example`?
"#,
    );
}

#[test]
fn several_mistakes_in_one_list() {
    policy_shows(
        r#"
allow-origins = ["https://a.example:443", "null", "https://*.*.example"]
"#,
        r#"
error[origin-default-port]: this is the scheme's default port, which browsers leave out
 --> corsac.toml:1:37
  |
1 | allow-origins = ["https://a.example:443", "null", "https://*.*.example"]
  |                                     ^^^
  |
  = help: did you mean `https://a.example`?

error[null-origin]: every sandboxed frame of every site has the origin `null`: allowing it allows them all; `dangerously-allow-null-origin` permits it
 --> corsac.toml:1:44
  |
1 | allow-origins = ["https://a.example:443", "null", "https://*.*.example"]
  |                                            ^^^^

error[origin-wildcard]: a `*` cannot stand here
 --> corsac.toml:1:62
  |
1 | allow-origins = ["https://a.example:443", "null", "https://*.*.example"]
  |                                                              ^
"#,
    );
}

#[test]
fn no_origins_at_all() {
    policy_shows(
        r#"
max-age = "1h"
"#,
        r#"
error[no-origins]: a policy without origins allows nobody
 --> corsac.toml:1:1
  |
1 | max-age = "1h"
  | ^
"#,
    );
}

#[test]
fn an_empty_list_of_origins() {
    policy_shows(
        r#"
allow-origins = []
"#,
        r#"
error[no-origins]: a policy without origins allows nobody
 --> corsac.toml:1:17
  |
1 | allow-origins = []
  |                 ^^
"#,
    );
}

#[test]
fn credentials_for_everyone() {
    policy_shows(
        r#"
allow-origins = ["*"]
expose-headers = ["*"]
allow-credentials = true
"#,
        r#"
error[wildcard-origin-with-credentials]: `*` cannot go with credentials: browsers refuse the pair, and what could stand for it would let every site act as the user
 --> corsac.toml:1:19
  |
1 | allow-origins = ["*"]
  |                   ^

error[wildcard-exposed-with-credentials]: with credentials, browsers take `*` for a header named `*`: list the names
 --> corsac.toml:2:20
  |
2 | expose-headers = ["*"]
  |                    ^
"#,
    );
}

#[test]
fn credentials_for_an_insecure_origin() {
    policy_shows(
        r#"
allow-origins = ["http://app.example"]
allow-credentials = true
"#,
        r#"
error[insecure-origin-with-credentials]: with credentials, an `http` origin lets whoever is on the network act as the user; `dangerously-allow-insecure-origins` permits it
 --> corsac.toml:1:19
  |
1 | allow-origins = ["http://app.example"]
  |                   ^^^^
  |
  = help: did you mean `https://app.example`?
"#,
    );
}

#[test]
fn credentials_for_a_public_suffix() {
    policy_shows(
        r#"
allow-origins = ["https://*.github.io"]
allow-credentials = true
"#,
        r#"
error[public-suffix-with-credentials]: anyone can register a name under this public suffix, and would act as the user; `dangerously-allow-public-suffix` permits it
 --> corsac.toml:1:29
  |
1 | allow-origins = ["https://*.github.io"]
  |                             ^^^^^^^^^
"#,
    );
}
