//! A policy that is replaced a thousand times a second while a server is under load.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use corsac::Policy;
use corsac_tower::{CorsLayer, PolicyHandle};
use http_body_util::BodyExt;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::exchange::{request_of, text_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_every_answer_is_of_one_policy_and_none_fails() {
    let handle = PolicyHandle::new(policy(0));
    let address = serve(&handle).await;
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS {
        connections.spawn(ask_until_many_policies_answered(address));
    }
    tokio::select! {
        () = replace_for_ever(&handle) => {}
        asked = connections.join_all() => assert_eq!(asked.len(), CONNECTIONS),
    }
}

/// Asks on one connection, and compares every answer with what the policy of its number says.
async fn ask_until_many_policies_answered(address: SocketAddr) {
    let mut client = connect(address).await;
    let (mut latest, mut seen) = (0, 0);
    while seen < ENOUGH {
        for (request, answer_of) in [
            (REQUEST, answer_of as fn(u64) -> String),
            (PREFLIGHT, preflight_answer_of),
        ] {
            let told = ask(&mut client, request).await;
            let number = number_of(&told);
            assert_eq!(told, answer_of(number), "a mixture");
            assert!(number >= latest, "policy {number} came after {latest}");
            seen += u64::from(number > latest);
            latest = number;
        }
    }
}

async fn ask(client: &mut SendRequest<Body>, request: &str) -> String {
    client.ready().await.unwrap();
    let response = client.send_request(request_of(request)).await.unwrap();
    let told = text_of(&response);
    response.into_body().collect().await.unwrap();
    told
}

async fn connect(address: SocketAddr) -> SendRequest<Body> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (client, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A server whose handler lets other things happen while a request is under way.
async fn serve(handle: &PolicyHandle) -> SocketAddr {
    let app = Router::new()
        .route("/", get(tokio::task::yield_now))
        .layer(CorsLayer::from_handle(handle));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, app).into_future());
    address
}

async fn replace_for_ever(handle: &PolicyHandle) {
    let mut milliseconds = tokio::time::interval(Duration::from_millis(1));
    for number in 1.. {
        milliseconds.tick().await;
        handle.replace(policy(number));
    }
}

/// A policy that names its number in every answer, and differs from the next in every field.
fn policy(number: u64) -> Policy {
    let builder = match number % 2 {
        0 => Policy::builder(["https://app.example"]).credentials(),
        _ => Policy::builder(["*"]),
    };
    let builder = builder
        .methods([format!("NUMBER-{number}")])
        .expose_headers([format!("number-{number}")]);
    builder.build().unwrap()
}

/// The number in an answer; the policies write it with a hyphen before it.
fn number_of(told: &str) -> u64 {
    let (_, after) = told
        .split_once("umber-")
        .or_else(|| told.split_once("UMBER-"))
        .unwrap();
    let digits = after.split(|it: char| !it.is_ascii_digit()).next();
    digits.unwrap().parse().unwrap()
}

fn answer_of(number: u64) -> String {
    match number % 2 {
        0 => format!(
            "200 | access-control-allow-credentials: true | \
             access-control-allow-origin: https://app.example | \
             access-control-expose-headers: number-{number} | vary: Origin"
        ),
        _ => format!(
            "200 | access-control-allow-origin: * | access-control-expose-headers: number-{number}"
        ),
    }
}

fn preflight_answer_of(number: u64) -> String {
    match number % 2 {
        0 => format!(
            "204 | access-control-allow-credentials: true | \
             access-control-allow-methods: NUMBER-{number} | \
             access-control-allow-origin: https://app.example | vary: Origin"
        ),
        _ => format!(
            "204 | access-control-allow-methods: NUMBER-{number} | access-control-allow-origin: *"
        ),
    }
}

const CONNECTIONS: usize = 64;

/// How many policies must have answered on each connection.
const ENOUGH: u64 = 100;

const REQUEST: &str = "GET / | origin: https://app.example";

const PREFLIGHT: &str =
    "OPTIONS / | origin: https://app.example | access-control-request-method: PUT";
