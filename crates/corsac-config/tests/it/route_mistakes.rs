//! What a reader sees of the mistakes in a route.

use crate::file_shows;

#[test]
fn a_route_without_path_and_upstream() {
    file_shows(
        r#"
[[route]]
policy = 7
"#,
        r#"
error[key-missing]: the key `path` is missing
 --> corsac.toml:1:1
  |
1 | [[route]]
  | ^^^^^^^^^

error[key-missing]: the key `upstream` is missing
 --> corsac.toml:1:1
  |
1 | [[route]]
  | ^^^^^^^^^

error[wrong-type]: expected a string, found an integer
 --> corsac.toml:2:10
  |
2 | policy = 7
  |          ^
"#,
    );
}

#[test]
fn a_path_without_its_first_slash() {
    file_shows(
        r#"
[[route]]
path = "v1"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
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
fn a_path_that_climbs() {
    file_shows(
        r#"
[[route]]
path = "/v1/../admin"
upstream = "http://127.0.0.1:3001"

[[route]]
path = "/./v2"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[path-dot-segment]: a path has no `.` and `..` segments
 --> corsac.toml:2:13
  |
2 | path = "/v1/../admin"
  |             ^^

error[path-dot-segment]: a path has no `.` and `..` segments
 --> corsac.toml:6:10
  |
6 | path = "/./v2"
  |          ^
"#,
    );
}

#[test]
fn a_path_with_a_query_or_a_fragment() {
    file_shows(
        r#"
[[route]]
path = "/v1?x=1"
upstream = "http://127.0.0.1:3001"

[[route]]
path = "/v2#top"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[path-query]: a route is chosen by the path alone, without a query
 --> corsac.toml:2:12
  |
2 | path = "/v1?x=1"
  |            ^^^^
  |
  = help: did you mean `/v1`?

error[path-fragment]: a path has no fragment: browsers do not send it
 --> corsac.toml:6:12
  |
6 | path = "/v2#top"
  |            ^^^^
  |
  = help: did you mean `/v2`?
"#,
    );
}

#[test]
fn a_path_with_a_wildcard() {
    file_shows(
        r#"
[[route]]
path = "/v1/*"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[path-wildcard]: a path is a prefix of whole segments, and needs no `*`
 --> corsac.toml:2:13
  |
2 | path = "/v1/*"
  |             ^
  |
  = help: did you mean `/v1`?
"#,
    );
}

#[test]
fn a_path_with_a_needless_slash() {
    file_shows(
        r#"
[[route]]
path = "/v1/"
upstream = "http://127.0.0.1:3001"

[[route]]
path = "/v2//x"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[path-trailing-slash]: a path ends without a slash: `/v1` matches `/v1/` too
 --> corsac.toml:2:12
  |
2 | path = "/v1/"
  |            ^
  |
  = help: did you mean `/v1`?

error[path-empty-segment]: a path has no empty segments
 --> corsac.toml:6:12
  |
6 | path = "/v2//x"
  |            ^^
  |
  = help: did you mean `/v2/x`?
"#,
    );
}

#[test]
fn a_path_with_an_odd_spelling() {
    file_shows(
        r#"
[[route]]
path = "/café"
upstream = "http://127.0.0.1:3001"

[[route]]
path = "/%zz"
upstream = "http://127.0.0.1:3001"

[[route]]
path = "/%61dmin"
upstream = "http://127.0.0.1:3001"

[[route]]
path = ""
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[path-byte]: this cannot stand in a path unless it is percent-encoded
 --> corsac.toml:2:13
  |
2 | path = "/café"
  |             ^

error[path-percent]: a `%` is followed by two hexadecimal digits
 --> corsac.toml:6:10
  |
6 | path = "/%zz"
  |          ^

error[path-needless-percent]: this need not be percent-encoded, and has one spelling here
  --> corsac.toml:10:10
   |
10 | path = "/%61dmin"
   |          ^^^
   |
   = help: did you mean `/admin`?

error[path-empty]: the path is empty: `/` is all paths
  --> corsac.toml:14:8
   |
14 | path = ""
   |        ^^
   |
   = help: did you mean `/`?
"#,
    );
}

#[test]
fn two_routes_for_one_path() {
    file_shows(
        r#"
[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"

[[route]]
path = "/v2"
upstream = "http://127.0.0.1:3001"

[[route]]
path = "/v1/"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[route-duplicate]: another route has this path already
  --> corsac.toml:10:9
   |
10 | path = "/v1/"
   |         ^^^^

error[path-trailing-slash]: a path ends without a slash: `/v1` matches `/v1/` too
  --> corsac.toml:10:12
   |
10 | path = "/v1/"
   |            ^
   |
   = help: did you mean `/v1`?
"#,
    );
}

#[test]
fn methods_that_cannot_exist() {
    file_shows(
        r#"
[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
methods = ["GET", "put", "*"]

[[route]]
path = "/v2"
upstream = "http://127.0.0.1:3001"
methods = []
"#,
        r#"
error[method-case]: methods are case-sensitive, and browsers do not send this spelling
 --> corsac.toml:4:20
  |
4 | methods = ["GET", "put", "*"]
  |                    ^^^
  |
  = help: did you mean `PUT`?

error[method-invalid]: leave the key out if every method exists
 --> corsac.toml:4:27
  |
4 | methods = ["GET", "put", "*"]
  |                           ^

error[methods-empty]: no method exists at this route: leave the key out to allow all
 --> corsac.toml:9:11
  |
9 | methods = []
  |           ^^
"#,
    );
}

#[test]
fn an_exchange_that_may_take_no_time() {
    file_shows(
        r#"
[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
exchange-timeout = "0s"
"#,
        r#"
error[timeout-range]: `exchange-timeout` is more than zero, and at most a day
 --> corsac.toml:4:20
  |
4 | exchange-timeout = "0s"
  |                    ^^^^
"#,
    );
}
