//! The clients that are measured.

use std::sync::Arc;

use corsac::origin::Origin;
use corsac::user_agent::{Header, HeaderList, RequestOrigin, TupleOrigin};
use corsac_fetch::client::{Client, ClientOptions, Transport};
use corsac_fetch::{
    ConnectionChoice, FetchRequest, Method, Outgoing, OutgoingBody, Page, Purpose, ReferrerPolicy,
    UserAgent,
};

/// A client and what it is to get.
#[derive(Clone)]
pub(crate) enum Subject {
    /// The peer.
    Reqwest(reqwest::Client, String),
    /// What is under the client: one exchange, without the algorithm.
    Transport(Arc<Transport>, Box<Outgoing>),
    /// The whole: what a page of another origin gets.
    Client(Arc<Client>, Box<(Page, FetchRequest)>),
}

/// The peer first: the others are compared with it.
pub(crate) fn all(url: &str) -> Vec<Subject> {
    let reqwest = reqwest::Client::builder().no_proxy().build();
    let transport = Transport::new(&ClientOptions::default()).expect("the default options");
    let client = Client::new(UserAgent::default(), &ClientOptions::default());
    let client = client.expect("the default options");
    let outgoing = Outgoing {
        url: Arc::new(url.parse().expect("a URL")),
        method: Method::GET,
        headers: HeaderList::from_iter(Header::new(b"Accept", b"*/*")),
        body: OutgoingBody::None,
        includes_credentials: false,
        connection: ConnectionChoice::Any,
        purpose: Purpose::Request,
    };
    vec![
        Subject::Reqwest(reqwest.expect("a client"), url.to_owned()),
        Subject::Transport(Arc::new(transport), Box::new(outgoing)),
        Subject::Client(Arc::new(client), Box::new((page(), request(url)))),
    ]
}

fn page() -> Page {
    let origin = Origin::parse(b"http://page.test").expect("an origin");
    Page {
        origin: RequestOrigin::Tuple(TupleOrigin::new(&origin)),
        url: Arc::new("http://page.test/".parse().expect("a URL")),
        referrer_policy: ReferrerPolicy::default(),
        address: None,
    }
}

fn request(url: &str) -> FetchRequest {
    FetchRequest::new(url)
}

impl Subject {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Reqwest(..) => "reqwest",
            Self::Transport(..) => "corsac-fetch transport",
            Self::Client(..) => "corsac-fetch",
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
            Self::Client(client, page_and_request) => {
                let (page, request) = &**page_and_request;
                let fetched = client.fetch(page, request.clone()).await;
                let response = fetched.expect("a request");
                let body = response.body.expect("a response that is shared");
                body.bytes().await.expect("a body")
            }
        };
        assert!(!body.is_empty(), "the server sends a body");
    }
}
