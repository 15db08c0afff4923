//! What a reader sees of the mistakes in what a route is for, and in what it bears.

use crate::file_shows;

#[test]
fn hosts_that_are_none() {
    file_shows(
        r#"
[[route]]
host = "https://API.example:8443/"
path = "/v1"
upstream = "http://127.0.0.1:3001"

[[route]]
host = [".example", "api.*", "a..b"]
path = "/v1"
upstream = "http://127.0.0.1:3001"

[[route]]
host = []
path = "/v2"
upstream = "http://127.0.0.1:3001"

[[route]]
host = 7
path = "/v3"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[host]: a host is a name in lower case, an address, or `*.` and a name: no scheme, no port, no path
 --> corsac.toml:2:9
  |
2 | host = "https://API.example:8443/"
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `api.example`?

error[host]: a host is a name in lower case, an address, or `*.` and a name: no scheme, no port, no path
 --> corsac.toml:7:10
  |
7 | host = [".example", "api.*", "a..b"]
  |          ^^^^^^^^
  |
  = help: did you mean `*.example`?

error[host]: a host is a name in lower case, an address, or `*.` and a name: no scheme, no port, no path
 --> corsac.toml:7:22
  |
7 | host = [".example", "api.*", "a..b"]
  |                      ^^^^^

error[host]: a host is a name in lower case, an address, or `*.` and a name: no scheme, no port, no path
 --> corsac.toml:7:31
  |
7 | host = [".example", "api.*", "a..b"]
  |                               ^^^^

error[hosts-empty]: no host is listed: leave the key out to serve all
  --> corsac.toml:12:8
   |
12 | host = []
   |        ^^

error[wrong-type]: expected a host, or a list of them, found an integer
  --> corsac.toml:17:8
   |
17 | host = 7
   |        ^
"#,
    );
}

#[test]
fn two_routes_for_one_path_of_one_host() {
    file_shows(
        r#"
[[route]]
host = ["a.example", "b.example"]
path = "/v1"
upstream = "http://127.0.0.1:3001"

[[route]]
host = "b.example"
path = "/v1"
upstream = "http://127.0.0.1:3001"

[[route]]
host = "b.example"
exact = "/v1"
upstream = "http://127.0.0.1:3001"

[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[route-duplicate]: another route has this path already, for the host `b.example`
 --> corsac.toml:8:9
  |
8 | path = "/v1"
  |         ^^^
"#,
    );
}

#[test]
fn a_route_with_two_paths() {
    file_shows(
        r#"
[[route]]
path = "/v1"
exact = "/v1"
replace-prefix = "v2"
upstream = "http://127.0.0.1:3001"
"#,
        r#"
error[route-paths]: a route has `path` or `exact`, and not both
 --> corsac.toml:3:9
  |
3 | exact = "/v1"
  |         ^^^^^

error[path-missing-slash]: a path starts with a slash
 --> corsac.toml:4:19
  |
4 | replace-prefix = "v2"
  |                   ^
  |
  = help: did you mean `/v2`?
"#,
    );
}

#[test]
fn sizes_and_timeouts_that_are_none() {
    file_shows(
        r#"
[[route]]
path = "/v1"
upstream = "http://127.0.0.1:3001"
max-body = "10 mb"
connect-timeout = "0s"

[[route]]
path = "/v2"
upstream = "http://127.0.0.1:3001"
max-body = 1024
response-timeout = "2d"

[[route]]
path = "/v3"
upstream = "http://127.0.0.1:3001"
max-body = "99999999999GiB"
"#,
        r#"
error[size]: a size is a whole number and a unit: B, KiB, MiB, GiB, kB, MB or GB
 --> corsac.toml:4:13
  |
4 | max-body = "10 mb"
  |             ^^^^^
  |
  = help: did you mean `10MB`?

error[timeout-range]: `connect-timeout` is more than zero, and at most a day
 --> corsac.toml:5:19
  |
5 | connect-timeout = "0s"
  |                   ^^^^

error[wrong-type]: expected a size in quotes, found an integer
  --> corsac.toml:10:12
   |
10 | max-body = 1024
   |            ^^^^
   |
   = help: did you mean `"1024B"`?

error[timeout-range]: `response-timeout` is more than zero, and at most a day
  --> corsac.toml:11:20
   |
11 | response-timeout = "2d"
   |                    ^^^^

error[size]: a size is a whole number and a unit: B, KiB, MiB, GiB, kB, MB or GB
  --> corsac.toml:16:13
   |
16 | max-body = "99999999999GiB"
   |             ^^^^^^^^^^^^^^
"#,
    );
}
