//! Corsac with many routes and much to do, beside itself with one route.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::load::Load;
use super::template::Values;

/// How much a policy file asks of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crowd {
    /// One route for one origin.
    One,
    /// Many routes for many origins each, with limits, h2c and the PROXY protocol on.
    Many,
}

impl Crowd {
    pub(super) const ALL: [Self; 2] = [Self::One, Self::Many];

    pub(super) const LOADS: [Load; 2] = [Load::Preflight, Load::Get];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::One => "one route, one origin",
            Self::Many => "200 routes, 1,000 origins each, limits, h2c, PROXY protocol",
        }
    }

    /// Writes such a policy file.
    pub(super) fn write(self, values: &Values<'_>) -> Result<PathBuf> {
        let (n_routes, n_origins, template) = match self {
            Self::One => (1, 1, "corsac-one.toml"),
            Self::Many => (ROUTES, ORIGINS, "corsac-every-feature.toml"),
        };
        let directory = values.common.join(template);
        fs::create_dir_all(&directory)?;
        let head = values.filled_in(template, &directory)?;
        let upstream = values.upstream;
        let mut text = head;
        // The one that is asked is in the middle.
        for route in 0..n_routes {
            let path = match route == n_routes / 2 {
                true => "/v1".to_owned(),
                false => format!("/service-{route}/v1"),
            };
            let origins = origins(route, n_origins);
            write!(
                text,
                "\n[policy.tenant-{route}]\nallow-origins = [{origins}]\n{POLICY}\n\
                 [[route]]\npath = \"{path}\"\nupstream = \"http://{upstream}\"\n\
                 policy = \"tenant-{route}\"\n"
            )?;
        }
        let path = directory.join("corsac.toml");
        fs::write(&path, text)?;
        Ok(path)
    }
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
