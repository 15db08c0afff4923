//! The clients that are measured.

use std::sync::Arc;

use corsac::user_agent::{Header, HeaderList};
use corsac_fetch::client::{ClientOptions, Transport};
use corsac_fetch::{Outgoing, OutgoingBody, Purpose};

/// A client and what it is to get.
#[derive(Clone)]
pub(crate) enum Subject {
    /// The peer.
    Reqwest(reqwest::Client, String),
    /// What is under the client: one exchange, without the algorithm.
    Transport(Arc<Transport>, Box<Outgoing>),
}

/// The peer first: the others are compared with it.
pub(crate) fn all(url: &str) -> Vec<Subject> {
    let reqwest = reqwest::Client::builder().no_proxy().build();
    let transport = Transport::new(&ClientOptions::default()).expect("the default options");
    let outgoing = Outgoing {
        url: url.parse().expect("a URL"),
        method: b"GET".to_vec(),
        headers: HeaderList::from_iter(Header::new(b"Accept", b"*/*")),
        body: OutgoingBody::None,
        includes_credentials: false,
        purpose: Purpose::Request,
    };
    vec![
        Subject::Reqwest(reqwest.expect("a client"), url.to_owned()),
        Subject::Transport(Arc::new(transport), Box::new(outgoing)),
    ]
}

impl Subject {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Reqwest(..) => "reqwest",
            Self::Transport(..) => "corsac-fetch transport",
        }
    }

    /// Gets a response and reads its body.
    pub(crate) async fn get(&self) {
        let body = match self {
            Self::Reqwest(client, url) => {
                let response = client.get(url).send().await.expect("a response");
                response.bytes().await.expect("a body")
            }
            Self::Transport(transport, outgoing) => {
                let sent = transport.send(outgoing, &mut None).await;
                let (_, body) = sent.expect("a response");
                body.bytes().await.expect("a body")
            }
        };
        assert!(!body.is_empty(), "the server sends a body");
    }
}
