//! Corsac with many routes and much to do, beside itself with one route.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Result;

use super::free_address;
use super::load::Load;
use super::template::{Values, templates};

/// How much a policy file asks of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crowd {
    /// One route for one origin.
    One,
    /// Many routes for many origins each, and everything on that the gateway has.
    Many,
}

impl Crowd {
    pub(super) const ALL: [Self; 2] = [Self::One, Self::Many];

    pub(super) const LOADS: [Load; 2] = [Load::Preflight, Load::Get];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::One => "one route, one origin",
            Self::Many => "200 routes, 1,000 origins each, every feature on",
        }
    }

    /// Writes such a policy file, and what it refers to.
    pub(super) fn write(self, values: &Values<'_>) -> Result<PathBuf> {
        let (n_routes, template) = match self {
            Self::One => (1, "corsac-one.toml"),
            Self::Many => (ROUTES, "corsac-every-feature.toml"),
        };
        let directory = values.common.join(template);
        fs::create_dir_all(&directory)?;
        fs::copy(templates().join(OPENAPI), directory.join(OPENAPI))?;
        let head = values.filled_in(template, &directory)?;
        let mut text = head.replace("@admin@", &free_address()?.to_string());
        for number in 0..n_routes {
            // The one that is asked is in the middle.
            let path = match number == n_routes / 2 {
                true => "/v1".to_owned(),
                false => format!("/service-{number}/v1"),
            };
            text += &match self {
                Self::One => plain_route(&path, values.upstream),
                Self::Many => rich_route(number, &path, values.upstream),
            };
        }
        let path = directory.join("corsac.toml");
        fs::write(&path, text)?;
        Ok(path)
    }
}

/// A policy for one origin, and a route with one server.
fn plain_route(path: &str, upstream: SocketAddr) -> String {
    let origins = origins(0, 1);
    format!(
        "\n[policy.shop]\nallow-origins = [{origins}]\n{POLICY}\n\
         [[route]]\npath = \"{path}\"\nupstream = \"http://{upstream}\"\npolicy = \"shop\"\n"
    )
}

/// A policy for many origins beside which another is tried, two servers that are asked how they
/// are, and a route of which it is known what is there.
fn rich_route(number: usize, path: &str, upstream: SocketAddr) -> String {
    let origins = origins(number, ORIGINS);
    let port = upstream.port();
    let openapi = match number % 2 {
        0 => format!("openapi = \"{OPENAPI}\"\n"),
        _ => String::new(),
    };
    format!(
        "\n[policy.tenant-{number}]\nallow-origins = [{origins}]\nreport-only = \"next\"\n{POLICY}\n\
         [upstream.tenant-{number}]\n\
         servers = [\"http://{upstream}\", \"http://127.0.0.2:{port}\"]\n\
         health-path = \"/healthz\"\nhealth-interval = \"1m\"\n\n\
         [[route]]\npath = \"{path}\"\nupstream = \"tenant-{number}\"\n\
         policy = \"tenant-{number}\"\nmax-body = \"10MiB\"\n{openapi}"
    )
}

/// So many origins, the one that asks in their middle.
fn origins(route: usize, n_origins: usize) -> String {
    let origin = |it| match it == n_origins / 2 {
        true => "\"https://app.example.com\"".to_owned(),
        false => format!("\"https://app-{it}.tenant-{route}.example.com\""),
    };
    (0..n_origins).map(origin).collect::<Vec<_>>().join(", ")
}

const POLICY: &str = r#"allow-methods     = ["PUT", "DELETE"]
allow-headers     = ["authorization", "content-type"]
expose-headers    = ["x-total-count"]
allow-credentials = true
max-age           = "2h"
"#;

/// The document beside the policy file.
const OPENAPI: &str = "petstore.yaml";

const ROUTES: usize = 200;
const ORIGINS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_that_asks_is_among_the_others() {
        assert_eq!(origins(7, 1), "\"https://app.example.com\"");
        assert_eq!(
            origins(7, 3),
            "\"https://app-0.tenant-7.example.com\", \"https://app.example.com\", \
             \"https://app-2.tenant-7.example.com\""
        );
    }
}
