//! What goes wrong in front of the gateway. None of it disturbs other clients.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::harness::{OK, Peer, Serving, Upstream, config, gateway, with_host};

#[tokio::test]
async fn a_client_that_goes_away_in_a_response_takes_the_exchange_along() {
    let gone = Arc::new(Notify::new());
    let upstream = {
        let gone = Arc::clone(&gone);
        Upstream::start(move |mut peer: Peer, number| {
            let gone = Arc::clone(&gone);
            async move {
                peer.head().await;
                if number > 0 {
                    return peer.send(OK).await;
                }
                peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n")
                    .await;
                peer.gone().await;
                gone.notify_one();
            }
        })
        .await
    };
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    client.response_head().await;
    assert_eq!(client.chunk().await.unwrap(), b"a");
    drop(client);
    gone.notified().await;
    serving.still_serves().await;
}

#[tokio::test]
async fn a_client_is_told_when_the_rest_of_its_request_is_not_read() {
    let upstream = Upstream::answering(OK).await;
    let serving = Serving::before(&upstream).await;
    let line = "POST /elsewhere HTTP/1.1";
    for length in ["content-length: 1000000", "transfer-encoding: chunked"] {
        let mut client = serving.client().await;
        client.send_head(line, &with_host(&[length])).await;
        let response = client.response(line).await;
        assert_eq!(response.status, 404);
        assert_eq!(response.field("connection"), Some("close"));
    }
    let response = serving.request("GET /elsewhere HTTP/1.1", &[]).await;
    assert_eq!(response.field("connection"), None);
}

#[tokio::test]
async fn a_client_that_goes_away_before_the_response_takes_the_exchange_along() {
    let (asked, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let upstream = {
        let (asked, gone) = (Arc::clone(&asked), Arc::clone(&gone));
        Upstream::start(move |mut peer: Peer, number| {
            let (asked, gone) = (Arc::clone(&asked), Arc::clone(&gone));
            async move {
                peer.head().await;
                if number > 0 {
                    return peer.send(OK).await;
                }
                asked.notify_one();
                peer.gone().await;
                gone.notify_one();
            }
        })
        .await
    };
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    asked.notified().await;
    drop(client);
    gone.notified().await;
    serving.still_serves().await;
}

#[tokio::test]
async fn a_client_that_goes_away_in_its_request_takes_the_exchange_along() {
    let gone = Arc::new(Notify::new());
    let upstream = {
        let gone = Arc::clone(&gone);
        Upstream::start(move |mut peer: Peer, number| {
            let gone = Arc::clone(&gone);
            async move {
                peer.head().await;
                if number > 0 {
                    return peer.send(OK).await;
                }
                assert_eq!(peer.chunk().await.unwrap(), b"a");
                // Not an orderly end, which would have the upstream take half for the whole.
                assert_eq!(peer.chunk().await, None);
                gone.notify_one();
            }
        })
        .await
    };
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    client
        .send_head(
            "POST /v1 HTTP/1.1",
            &with_host(&["transfer-encoding: chunked"]),
        )
        .await;
    client.send("1\r\na\r\n").await;
    drop(client);
    gone.notified().await;
    serving.still_serves().await;
}

#[tokio::test]
async fn a_client_that_breaks_its_request_hears_of_it() {
    let upstream = Upstream::faulty(|mut peer| async move { peer.gone().await }).await;
    let serving = Serving::before(&upstream).await;
    let mut client = serving.client().await;
    let fields = with_host(&["transfer-encoding: chunked", "origin: https://app.example"]);
    client.send_head("POST /v1/faulty HTTP/1.1", &fields).await;
    client.send("1\r\na\r\nnonsense\r\n").await;
    if let Some(head) = client.head().await {
        assert_eq!(head[0], "HTTP/1.1 400 Bad Request");
    }
    serving.still_serves().await;
}

#[tokio::test]
async fn a_client_that_stops_in_its_head_is_let_go_and_others_are_served_meanwhile() {
    let (upstream, _heads) = Upstream::recording().await;
    let config = config(upstream.address, "request-head-timeout = \"200ms\"");
    let serving = Serving::start(&gateway(&config)).await;
    let mut slow = serving.client().await;
    slow.send("GET /v1 HTT").await;
    serving.still_serves().await;
    slow.gone().await;
    serving.still_serves().await;
}

#[tokio::test]
async fn a_client_that_says_nothing_is_let_go() {
    let (upstream, _heads) = Upstream::recording().await;
    let timeouts = "request-head-timeout = \"20ms\"\nidle-timeout = \"30ms\"";
    let config = config(upstream.address, timeouts);
    let serving = Serving::start(&gateway(&config)).await;
    let mut silent = serving.client().await;
    silent.gone().await;
    let mut silent_after_a_request = serving.client().await;
    silent_after_a_request
        .send_head("GET /v1 HTTP/1.1", &with_host(&[]))
        .await;
    assert_eq!(silent_after_a_request.response("GET").await.status, 200);
    silent_after_a_request.gone().await;
}

#[tokio::test]
async fn a_client_that_stops_in_its_body_is_told_whose_fault_it_is() {
    let upstream = Upstream::faulty(|mut peer| async move { peer.gone().await }).await;
    let config = config(upstream.address, "response-timeout = \"500ms\"");
    let serving = Serving::start(&gateway(&config)).await;
    let mut client = serving.client().await;
    let fields = with_host(&["content-length: 10", "origin: https://app.example"]);
    client.send_head("POST /v1/faulty HTTP/1.1", &fields).await;
    client.send("half").await;
    let response = client.response("POST").await;
    assert_eq!(response.status, 408);
    assert!(response.text().starts_with("request-timeout: "));
    assert_eq!(
        response.field("access-control-allow-origin"),
        Some("https://app.example")
    );
    assert_eq!(response.field("connection"), Some("close"));
    client.gone().await;
    serving.still_serves().await;
}

#[tokio::test]
async fn what_is_not_http_is_a_bad_request() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    for (request, status) in [
        ("hello\r\n\r\n", 400),
        ("GET /v1 HTTP/1.1\r\nbad name: x\r\n\r\n", 400),
        (
            "GET /v1 HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n",
            400,
        ),
        (
            "GET /v1 HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n",
            400,
        ),
    ] {
        let mut client = serving.client().await;
        client.send(request).await;
        assert_eq!(client.response_head().await.status, status, "{request}");
        client.gone().await;
    }
    serving.still_serves().await;
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let (upstream, _heads) = Upstream::recording().await;
    let serving = Serving::before(&upstream).await;
    let long = format!("x: {}", "a".repeat(100 * 1024));
    assert_eq!(
        serving.request("GET /v1 HTTP/1.1", &[&long]).await.status,
        200
    );
    let longer = format!("x: {}", "a".repeat(140 * 1024));
    assert_eq!(
        serving.request("GET /v1 HTTP/1.1", &[&longer]).await.status,
        431
    );
    let fields = vec!["x: y"; 98];
    assert_eq!(
        serving.request("GET /v1 HTTP/1.1", &fields).await.status,
        200
    );
    let fields = vec!["x: y"; 100];
    assert_eq!(
        serving.request("GET /v1 HTTP/1.1", &fields).await.status,
        431
    );
    serving.still_serves().await;
}

#[tokio::test]
async fn a_client_that_is_slow_but_steady_is_waited_for() {
    // A gateway that gives up after 300 ms is the clock of the client of one that does after 1 s.
    let silent = Upstream::faulty(|mut peer| async move { peer.gone().await }).await;
    let clock = config(silent.address, "response-timeout = \"300ms\"");
    let clock = Serving::start(&gateway(&clock)).await;
    let upstream = Upstream::start(|mut peer: Peer, _| async move {
        peer.head().await;
        assert_eq!(peer.bytes(4).await.unwrap(), b"xxxx");
        peer.send(OK).await;
    })
    .await;
    let config = config(upstream.address, "response-timeout = \"1s\"");
    let serving = Serving::start(&gateway(&config)).await;
    let mut client = serving.client().await;
    client
        .send_head("POST /v1 HTTP/1.1", &with_host(&["content-length: 4"]))
        .await;
    for _ in 0..4 {
        let tick = clock.request("GET /v1/faulty HTTP/1.1", &[]).await;
        assert_eq!(tick.status, 504);
        client.send("x").await;
    }
    assert_eq!(client.response("POST").await.status, 200);
}
