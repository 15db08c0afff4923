//! Servers of HTTP/2 that break its rules, or break off: frames byte by byte.

use std::sync::atomic::Ordering;

use tokio::task::{JoinSet, yield_now};

use crate::harness::{ORIGIN, Response, Serving, Upstream, gateway, with_host};
use crate::upstream_tls::{Http2Server, before_http2};

/// What a client gets whose request is answered with these frames, after which the server does
/// nothing more, or leaves.
async fn answered_with(frames: &[&[u8]], end: End) -> Response {
    let frames = frames.concat();
    let upstream = Upstream::start(move |mut peer, _| {
        let frames = frames.clone();
        async move {
            peer.send(SETTINGS).await;
            let _preface = peer.bytes(24).await;
            while let Some(head) = peer.bytes(9).await {
                let len = usize::from(head[1]) << 8 | usize::from(head[2]);
                let _ = peer.bytes(len).await;
                if head[3] == HEADERS {
                    break;
                }
            }
            peer.send(frames).await;
            match end {
                End::Stays => peer.gone().await,
                End::Leaves => drop(peer),
            }
        }
    })
    .await;
    let config = format!(
        r#"
        [policy.shop]
        allow-origins = ["{ORIGIN}"]

        [upstream.shop]
        servers = ["http://{}"]
        http2 = true

        [[route]]
        path = "/"
        upstream = "shop"
        policy = "shop"
        "#,
        upstream.address
    );
    let serving = Serving::start(&gateway(&config)).await;
    let response = serving.request("GET /x HTTP/1.1", &[PAGE]).await;
    assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    response
}

#[derive(Clone, Copy, Debug)]
enum End {
    Stays,
    Leaves,
}

const PAGE: &str = "origin: https://app.example";

/// The type of the frame that a request begins with.
const HEADERS: u8 = 1;

const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

/// `:status: 200`.
const OK: &[u8] = &[0, 0, 1, 1, 4, 0, 0, 0, 1, 0x88];

/// `:status: 200` and `content-length: 100`.
const HUNDRED: &[u8] = b"\0\0\x07\x01\x04\0\0\0\x01\x88\x0f\x0d\x03100";

const HALF: &[u8] = b"\0\0\x04\0\0\0\0\0\x01half";

/// The same, and the end of the response.
const HALF_AND_END: &[u8] = b"\0\0\x04\0\x01\0\0\0\x01half";

/// The stream is reset for an internal error.
const RESET: &[u8] = &[0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 2];

/// The connection ends for an internal error.
const GO_AWAY: &[u8] = &[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];

/// Settings of a length that is none.
const BROKEN: &[u8] = &[0, 0, 1, 4, 0, 0, 0, 0, 0, 0];

#[tokio::test]
async fn a_response_that_ends_is_whole() {
    let frames: [&[&[u8]]; 2] = [&[OK, HALF_AND_END], &[OK, HALF, HALF_AND_END]];
    for (frames, text) in frames.into_iter().zip(["half", "halfhalf"]) {
        let response = answered_with(frames, End::Stays).await;
        assert_eq!(response.text(), text);
    }
}

#[tokio::test]
async fn a_response_that_breaks_off_does_not_look_whole() {
    let frames: [(&[&[u8]], End); 6] = [
        (&[OK, HALF, RESET], End::Stays),
        (&[OK, HALF, GO_AWAY], End::Leaves),
        (&[OK, HALF, BROKEN], End::Stays),
        (&[OK, HALF], End::Leaves),
        (&[HUNDRED, HALF, RESET], End::Stays),
        (&[HUNDRED, HALF_AND_END], End::Stays),
    ];
    for (frames, end) in frames {
        let response = answered_with(frames, end).await;
        assert_eq!(response.status, 200, "{frames:?}");
        assert_eq!(response.body, None, "{frames:?}");
    }
}

#[tokio::test]
async fn what_breaks_the_rules_is_no_response() {
    // Only `accept-encoding: gzip, deflate`.
    let without_status = &[0, 0, 1, 1, 5, 0, 0, 0, 1, 0x90];
    let unknown_field = &[0, 0, 1, 1, 5, 0, 0, 0, 1, 0xfe];
    for frame in [HALF_AND_END, without_status, unknown_field, BROKEN] {
        let response = answered_with(&[frame], End::Stays).await;
        assert_eq!(response.status, 502, "{frame:?}");
        let text = response.text();
        let is_blamed = text.starts_with("upstream-invalid-response: ");
        assert!(is_blamed, "{frame:?}: {text}");
    }
}

#[tokio::test]
async fn a_server_that_leaves_has_closed_the_connection() {
    for frames in [&[][..], &[GO_AWAY], &[RESET]] {
        let response = answered_with(frames, End::Leaves).await;
        assert_eq!(response.status, 502, "{frames:?}");
        let text = response.text();
        assert!(text.starts_with("upstream-closed: "), "{frames:?}: {text}");
    }
}

#[tokio::test]
async fn requests_that_wait_for_a_connection_are_not_more_than_it_takes() {
    let server = Http2Server::new(2);
    let serving = before_http2(&server).await;
    let mut waiting = JoinSet::new();
    for _ in 0..8 {
        let mut client = serving.client().await;
        waiting.spawn(async move {
            let fields = with_host(&["content-length: 0"]);
            client.send_head("POST /wait HTTP/1.1", &fields).await;
            client.response_head().await.status
        });
    }
    let release = async {
        while server.n_requests.load(Ordering::SeqCst) < 8 {
            yield_now().await;
        }
        loop {
            server.go.notify_waiters();
            yield_now().await;
        }
    };
    let answers = async {
        while let Some(status) = waiting.join_next().await {
            assert_eq!(status.unwrap(), 200);
        }
    };
    tokio::select! {
        () = answers => {}
        () = release => {}
    }
}
