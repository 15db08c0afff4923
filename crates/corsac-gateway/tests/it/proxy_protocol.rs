//! Balancers that say who their client is.

use std::cell::RefCell;
use std::net::IpAddr;

use proptest::prelude::{Strategy, any, prop};
use proptest::test_runner::{Config, TestRunner};

use tokio::sync::mpsc::UnboundedReceiver;

use crate::harness::{Serving, Upstream, config, field, gateway, with_host};
use crate::tls_harness::{Files, tls_client_behind, tls_gateway, tls_table};

const TRUSTED: &str = "proxy-protocol = [\"127.0.0.1\"]";

struct Behind {
    serving: Serving,
    _upstream: Upstream,
    heads: UnboundedReceiver<Vec<String>>,
}

impl Behind {
    async fn a_balancer(root: &str) -> Self {
        let (upstream, heads) = Upstream::recording().await;
        let serving = Serving::start(&gateway(&config(upstream.address, root))).await;
        Self {
            serving,
            _upstream: upstream,
            heads,
        }
    }

    /// Sends a header and a request: the head that the upstream gets; none without an answer.
    async fn head(&mut self, header: &[u8]) -> Option<Vec<String>> {
        let mut peer = self.serving.client().await;
        peer.send(header).await;
        peer.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
        peer.head().await?;
        self.heads.recv().await
    }

    /// Sends a header and a request: who the upstream hears has asked; none without an answer.
    async fn client(&mut self, header: &[u8]) -> Option<String> {
        let mut peer = self.serving.client().await;
        peer.send(header).await;
        peer.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
        let head = peer.head().await?;
        if head[0] != "HTTP/1.1 200 OK" {
            return Some(head[0].clone());
        }
        let head = self.heads.recv().await.unwrap();
        field(&head, "x-forwarded-for").map(str::to_owned)
    }
}

/// A header of version 2.
fn version_2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let len = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [b"\r\n\r\n\0\r\nQUIT\n", &[command, family][..], &len, rest].concat()
}

const IPV4: &[u8] = &[192, 0, 2, 1, 198, 51, 100, 1, 0x0f, 0xa0, 0x01, 0xbb];

fn ipv6() -> Vec<u8> {
    let mut addresses = [0; 36];
    addresses[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    addresses[15] = 7;
    addresses.to_vec()
}

#[tokio::test]
async fn the_client_is_who_the_balancer_says() {
    let mut behind = Behind::a_balancer(TRUSTED).await;
    let with_more = [IPV4, &[0x04, 0, 1, 0]].concat();
    for (header, client) in [
        (
            b"PROXY TCP4 192.0.2.1 198.51.100.1 4000 443\r\n".to_vec(),
            "192.0.2.1",
        ),
        (
            b"PROXY TCP6 2001:db8::7 ::1 4000 443\r\n".to_vec(),
            "2001:db8::7",
        ),
        (b"PROXY UNKNOWN\r\n".to_vec(), "127.0.0.1"),
        (b"PROXY UNKNOWN anything at all\r\n".to_vec(), "127.0.0.1"),
        (version_2(0x21, 0x11, IPV4), "192.0.2.1"),
        (version_2(0x21, 0x21, &ipv6()), "2001:db8::7"),
        (version_2(0x21, 0x11, &with_more), "192.0.2.1"),
        (version_2(0x21, 0x00, &[]), "127.0.0.1"),
        (version_2(0x21, 0x31, &[0; 216]), "127.0.0.1"),
        (version_2(0x20, 0x00, &[]), "127.0.0.1"),
        (version_2(0x20, 0x11, IPV4), "127.0.0.1"),
    ] {
        let shown = header.escape_ascii().to_string();
        assert_eq!(
            behind.client(&header).await.as_deref(),
            Some(client),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn who_spoke_tls_with_the_balancer_came_over_tls() {
    let mut behind = Behind::a_balancer(TRUSTED).await;
    let tls = |flags: u8| [&[0x20, 0, 5, flags][..], &[0; 4]].concat();
    let with = |addresses: &[u8], list: &[u8]| [addresses, list].concat();
    let authority = [&[0x02, 0, 4][..], b"host"].concat();
    for (header, scheme) in [
        (version_2(0x21, 0x11, &with(IPV4, &tls(1))), "https"),
        (version_2(0x21, 0x11, &with(IPV4, &tls(7))), "https"),
        (version_2(0x21, 0x11, &with(IPV4, &tls(0))), "http"),
        (version_2(0x21, 0x11, IPV4), "http"),
        (version_2(0x21, 0x21, &with(&ipv6(), &tls(1))), "https"),
        (
            version_2(
                0x21,
                0x11,
                &with(IPV4, &[authority.clone(), tls(1)].concat()),
            ),
            "https",
        ),
        (
            version_2(0x21, 0x11, &with(IPV4, &[tls(1), authority].concat())),
            "https",
        ),
        (version_2(0x20, 0x11, &with(IPV4, &tls(1))), "http"),
        (
            b"PROXY TCP4 192.0.2.1 198.51.100.1 4000 443\r\n".to_vec(),
            "http",
        ),
    ] {
        let shown = header.escape_ascii().to_string();
        let head = behind.head(&header).await.unwrap();
        assert_eq!(field(&head, "x-forwarded-proto"), Some(scheme), "{shown}");
    }
}

#[tokio::test]
async fn what_is_no_header_is_not_answered() {
    let mut behind = Behind::a_balancer(TRUSTED).await;
    let long = format!("PROXY UNKNOWN {}\r\n", "x".repeat(107));
    for header in [
        b"".to_vec(),
        b"proxy TCP4 192.0.2.1 198.51.100.1 4000 443\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 198.51.100.1 4000 443\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 198.51.100.1 4000\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 198.51.100.1 4000 443 1\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1  198.51.100.1 4000 443\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.01 198.51.100.1 4000 443\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 198.51.100.1 +400 443\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 198.51.100.1 4000 65536\r\n".to_vec(),
        b"PROXY TCP4 ::1 ::1 4000 443\r\n".to_vec(),
        b"PROXY TCP6 192.0.2.1 198.51.100.1 4000 443\r\n".to_vec(),
        b"PROXY UDP4 192.0.2.1 198.51.100.1 4000 443\r\n".to_vec(),
        long.into_bytes(),
        version_2(0x22, 0x11, IPV4),
        version_2(0x11, 0x11, IPV4),
        version_2(0x21, 0x12, IPV4),
        version_2(0x21, 0x11, &IPV4[..11]),
        version_2(0x21, 0x21, &ipv6()[..35]),
        // A list of which the last member is not whole, and TLS without its flags.
        version_2(0x21, 0x11, &[IPV4, &[0x20]].concat()),
        version_2(0x21, 0x11, &[IPV4, &[0x20, 0, 5, 1]].concat()),
        version_2(0x21, 0x11, &[IPV4, &[0x20, 0, 0]].concat()),
        version_2(0x21, 0x11, &[0; 5000]),
    ] {
        let shown = header.escape_ascii().to_string();
        assert_eq!(behind.client(&header).await, None, "{shown}");
    }
}

#[tokio::test]
async fn others_are_not_believed() {
    let mut behind = Behind::a_balancer("proxy-protocol = [\"10.0.0.0/8\"]").await;
    assert_eq!(behind.client(b"").await.as_deref(), Some("127.0.0.1"));
    for header in [
        &b"PROXY TCP4 192.0.2.1 198.51.100.1 4000 443\r\n"[..],
        &version_2(0x21, 0x11, IPV4),
    ] {
        let answer = behind.client(header).await;
        assert_eq!(answer.as_deref(), Some("HTTP/1.1 400 Bad Request"));
    }
}

#[tokio::test]
async fn a_header_may_arrive_in_pieces_and_a_handshake_may_follow() {
    let (upstream, mut heads) = Upstream::recording().await;
    let files = Files::new();
    let pair = files.pair("gateway", &["gateway.test"]);
    let text = format!(
        "{}\n{}",
        config(upstream.address, TRUSTED),
        tls_table("gateway")
    );
    let serving = Serving::start(&tls_gateway(&text, &files)).await;
    let header = version_2(0x21, 0x11, IPV4);
    let client = tls_client_behind(&header, serving.address, "gateway.test", &pair).await;
    let mut client = client.unwrap();
    client.send_head("GET /v1 HTTP/1.1", &with_host(&[])).await;
    assert_eq!(client.response("GET").await.status, 200);
    let head = heads.recv().await.unwrap();
    assert_eq!(field(&head, "x-forwarded-for"), Some("192.0.2.1"));
    assert_eq!(field(&head, "x-forwarded-proto"), Some("https"));
}

#[test]
fn no_bytes_make_a_client_that_has_no_address() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let root = format!("{TRUSTED}\nrequest-head-timeout = \"20ms\"");
    let behind = RefCell::new(runtime.block_on(Behind::a_balancer(&root)));
    let headers = prop::sample::select(vec![
        b"PROXY TCP4 192.0.2.1 198.51.100.1 4000 443\r\n".to_vec(),
        b"PROXY TCP6 2001:db8::7 ::1 4000 443\r\n".to_vec(),
        b"PROXY UNKNOWN\r\n".to_vec(),
        version_2(0x21, 0x11, IPV4),
        version_2(0x21, 0x21, &ipv6()),
        version_2(0x20, 0, &[]),
    ]);
    let mutations = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 1..4);
    let strategy = (headers, mutations).prop_map(|(mut header, mutations)| {
        for (at, byte, kind) in mutations {
            let at = at.index(header.len().max(1)).min(header.len());
            match kind {
                0 => header.insert(at, byte),
                1 if at < header.len() => header[at] = byte,
                _ => header.truncate(at),
            }
        }
        header
    });
    let mut runner = TestRunner::new(Config::with_cases(128));
    let result = runner.run(&strategy, |header| {
        let client = runtime.block_on(behind.borrow_mut().client(&header));
        let is_sound = |it: String| it.starts_with("HTTP/1.1 4") || it.parse::<IpAddr>().is_ok();
        let is_sound = client.is_none_or(is_sound);
        proptest::prop_assert!(is_sound);
        Ok(())
    });
    result.unwrap();
    let header = version_2(0x20, 0, &[]);
    let client = runtime.block_on(behind.into_inner().client(&header));
    assert!(client.is_some(), "it goes on");
}
