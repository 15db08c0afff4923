//! What a request is, and what its answer must be: both ends know it from its number.

use corsac_conformance::seeded::Seeded;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) number: u64,
    pub(crate) kind: Kind,
    pub(crate) route: Route,
    /// The position of the page's origin in [`ORIGINS`].
    pub(crate) origin: usize,
    pub(crate) framing: Framing,
    n_request_bytes: usize,
    n_response_bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Get,
    Post,
    Put,
    Preflight,
}

/// What is behind a path: how many servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    One,
    Two,
    Three,
    Tls,
    Http2,
}

/// What the servers behind a path speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP/1.1.
    Plain,
    /// HTTP/1.1 with TLS.
    Tls,
    /// HTTP/2 with TLS.
    Http2,
}

/// How the server says where its answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Length,
    Chunked,
    /// By the end of the connection.
    Close,
}

/// The pages that ask. One policy allows the first, the other the second, both the third.
pub(crate) const ORIGINS: [&str; 3] = [
    "https://first.example",
    "https://second.example",
    "https://both.example",
];

impl Plan {
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        let random = &mut Seeded::about(seed, number);
        let kinds = [
            (5, Kind::Get),
            (2, Kind::Post),
            (2, Kind::Put),
            (1, Kind::Preflight),
        ];
        let routes = [
            (1, Route::One),
            (2, Route::Two),
            (3, Route::Three),
            (2, Route::Tls),
            (3, Route::Http2),
        ];
        let framings = [
            (6, Framing::Length),
            (5, Framing::Chunked),
            (1, Framing::Close),
        ];
        let kind = random.one_of(&kinds).unwrap_or(Kind::Get);
        let has_body = matches!(kind, Kind::Post | Kind::Put);
        Self {
            number,
            kind,
            route: random.one_of(&routes).unwrap_or(Route::Three),
            origin: random.below(ORIGINS.len()),
            framing: random.one_of(&framings).unwrap_or(Framing::Length),
            n_request_bytes: if has_body { length(random) } else { 0 },
            n_response_bytes: length(random),
        }
    }

    pub(crate) const fn method(&self) -> &'static str {
        match self.kind {
            Kind::Get => "GET",
            Kind::Post => "POST",
            Kind::Put => "PUT",
            Kind::Preflight => "OPTIONS",
        }
    }

    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.route.path(), self.number)
    }

    /// May it be sent to a server a second time? It may if that does no harm, and nothing of a body
    /// is gone.
    pub(crate) fn may_be_repeated(&self) -> bool {
        matches!(self.kind, Kind::Get | Kind::Put) && self.n_request_bytes == 0
    }

    pub(crate) fn request_body(&self) -> Vec<u8> {
        pattern(&format!("ask {};", self.number), self.n_request_bytes)
    }

    pub(crate) fn response_body(&self) -> Vec<u8> {
        pattern(&format!("answer {};", self.number), self.n_response_bytes)
    }
}

impl Route {
    pub(crate) const ALL: [Self; 5] = [Self::One, Self::Two, Self::Three, Self::Tls, Self::Http2];

    /// The route that leads to a server.
    pub(crate) fn of_server(number: usize) -> Self {
        let mut routes = Self::ALL.into_iter();
        let found = routes.find(|it| it.servers().contains(&number));
        found.unwrap_or(Self::One)
    }

    pub(crate) const fn protocol(self) -> Protocol {
        match self {
            Self::One | Self::Two | Self::Three => Protocol::Plain,
            Self::Tls => Protocol::Tls,
            Self::Http2 => Protocol::Http2,
        }
    }

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::One => "/one",
            Self::Two => "/two",
            Self::Three => "/three",
            Self::Tls => "/tls",
            Self::Http2 => "/http2",
        }
    }

    /// The servers behind it, by their numbers.
    pub(crate) const fn servers(self) -> &'static [usize] {
        match self {
            Self::One => &[0],
            Self::Two => &[1, 2],
            Self::Three => &[3, 4, 5],
            Self::Tls => &[6, 7],
            Self::Http2 => &[8, 9],
        }
    }
}

impl Protocol {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "HTTP/1.1",
            Self::Tls => "HTTP/1.1 with TLS",
            Self::Http2 => "HTTP/2",
        }
    }
}

/// All servers behind all routes.
pub(crate) const N_SERVERS: usize = 10;

/// Mostly a packet, sometimes more than all buffers on the way hold.
fn length(random: &mut Seeded) -> usize {
    let most = [(60, 1500), (30, 64 * 1024), (10, 768 * 1024)];
    let most = random.one_of(&most).unwrap_or(1);
    random.below(most)
}

fn pattern(unit: &str, len: usize) -> Vec<u8> {
    let mut bytes = unit.repeat(len / unit.len() + 1).into_bytes();
    bytes.truncate(len);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_know_the_same_of_a_number() {
        assert_eq!(Plan::new(7, 41), Plan::new(7, 41));
        assert_ne!(
            Plan::new(7, 41).response_body(),
            Plan::new(7, 42).response_body()
        );
    }

    #[test]
    fn only_some_requests_have_a_body() {
        for plan in (0..500).map(|it| Plan::new(1, it)) {
            let has_body = matches!(plan.kind, Kind::Post | Kind::Put);
            assert!(has_body || plan.request_body().is_empty(), "{plan:?}");
        }
    }
}
