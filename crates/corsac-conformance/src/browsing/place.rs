//! Where pages and servers are.

use serde::{Deserialize, Serialize};
use url::Url;

/// An origin that has a page and a server, by a name: its port is known only when it is there.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a scenario can name these seven")]
pub enum Place {
    /// `http://app.localhost`
    Subdomain,
    /// `http://localhost`
    #[default]
    Home,
    /// `http://localhost` with another port: the same site as `home`, but another origin.
    Port,
    /// `http://127.0.0.1`
    Address,
    /// `https://localhost`
    Secure,
    /// `https://localhost` with another port.
    SecurePort,
    /// `https://127.0.0.1`
    SecureAddress,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Subdomain,
        Self::Home,
        Self::Port,
        Self::Address,
        Self::Secure,
        Self::SecurePort,
        Self::SecureAddress,
    ];

    /// The name, as scenarios have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subdomain => "subdomain",
            Self::Home => "home",
            Self::Port => "port",
            Self::Address => "address",
            Self::Secure => "secure",
            Self::SecurePort => "secure-port",
            Self::SecureAddress => "secure-address",
        }
    }

    /// The scheme of its URLs.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Subdomain | Self::Home | Self::Port | Self::Address => "http",
            Self::Secure | Self::SecurePort | Self::SecureAddress => "https",
        }
    }

    /// The host of its URLs.
    #[must_use]
    pub const fn host(self) -> &'static str {
        match self {
            Self::Subdomain => "app.localhost",
            Self::Home | Self::Port | Self::Secure | Self::SecurePort => "localhost",
            Self::Address | Self::SecureAddress => "127.0.0.1",
        }
    }

    const fn index(self) -> usize {
        self as usize
    }
}

/// The places with their ports.
///
/// Text of a scenario names a place in braces: `{home}` stands for its origin, `{home:host}` for
/// its host and port, and `{here}` for what every path of the scenario begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    ports: [u16; Place::ALL.len()],
}

impl Places {
    /// Places with these ports, in the order of [`Place::ALL`].
    #[must_use]
    pub const fn new(ports: [u16; Place::ALL.len()]) -> Self {
        Self { ports }
    }

    /// The origin of a place, as `Origin` has it.
    #[must_use]
    pub fn origin(&self, place: Place) -> String {
        let port = self.ports[place.index()];
        format!("{}://{}:{port}", place.scheme(), place.host())
    }

    /// The place of a URL, if there is one.
    #[must_use]
    pub fn place_of(&self, url: &Url) -> Option<Place> {
        let origin = url.origin().ascii_serialization();
        Place::ALL.into_iter().find(|it| self.origin(*it) == origin)
    }

    /// The text of a scenario with the origins and paths that it names.
    #[must_use]
    pub fn filled(&self, text: &str, id: u64) -> String {
        let mut text = text.replace(HERE, &prefix(id));
        for place in Place::ALL {
            if text.contains('{') {
                text = text
                    .replace(&braced(place), &self.origin(place))
                    .replace(&braced_host(place), &self.host(place));
            }
        }
        text
    }

    /// The reverse of [`filled`](Self::filled): text that is the same in every run.
    #[must_use]
    pub fn named(&self, text: &str, id: u64) -> String {
        let mut text = text.replace(&prefix(id), HERE);
        for place in Place::ALL {
            text = text
                .replace(&self.origin(place), &braced(place))
                .replace(&self.host(place), &braced_host(place));
        }
        text
    }

    fn host(&self, place: Place) -> String {
        format!("{}:{}", place.host(), self.ports[place.index()])
    }
}

impl Default for Places {
    /// Ports for when no server is needed.
    fn default() -> Self {
        Self::new([50_000, 50_001, 50_002, 50_003, 50_004, 50_005, 50_006])
    }
}

/// Stands for what every path of a scenario begins with.
const HERE: &str = "{here}";

/// What every path of a scenario begins with, so that no two have anything in common.
pub(super) fn prefix(id: u64) -> String {
    format!("/s/{id}/")
}

/// The scenario that a path belongs to.
pub(super) fn scenario_of(path: &str) -> Option<u64> {
    let (id, _) = path.strip_prefix("/s/")?.split_once('/')?;
    id.parse().ok()
}

fn braced_host(place: Place) -> String {
    format!("{{{}:host}}", place.name())
}

fn braced(place: Place) -> String {
    format!("{{{}}}", place.name())
}
