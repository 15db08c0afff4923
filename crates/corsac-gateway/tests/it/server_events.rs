//! What an operator learns of servers that fail, and that come back.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use corsac_gateway::ServerEvent;
use tokio::sync::mpsc;

use crate::admin;
use crate::harness::{OK, Serving, Upstream, gateway};

/// A gateway before a server that fails on demand, and one that does not.
struct Watched {
    serving: Serving,
    admin: SocketAddr,
    events: mpsc::UnboundedReceiver<String>,
    server: SocketAddr,
    is_broken: Arc<AtomicBool>,
    n_asked: Arc<AtomicUsize>,
    _upstreams: [Upstream; 2],
}

impl Watched {
    async fn start(answer: &'static str, keys: &str) -> Self {
        let is_broken = Arc::new(AtomicBool::new(true));
        let n_asked = Arc::<AtomicUsize>::default();
        let (broken, asked) = (Arc::clone(&is_broken), Arc::clone(&n_asked));
        let flaky = Upstream::start(move |mut peer, _| {
            let (broken, asked) = (Arc::clone(&broken), Arc::clone(&asked));
            async move {
                while peer.head().await.is_some() {
                    asked.fetch_add(1, Ordering::SeqCst);
                    if broken.load(Ordering::SeqCst) {
                        return peer.send(answer).await;
                    }
                    peer.send(OK).await;
                }
            }
        })
        .await;
        let there = Upstream::answering(OK).await;
        let config = format!(
            "[upstream.shop]\nservers = ['http://{}', 'http://{}']\n{keys}\n\
             [[route]]\npath = '/'\nupstream = 'shop'\n",
            flaky.address, there.address
        );
        let (tell, events) = mpsc::unbounded_channel();
        let observer = move |event: &ServerEvent<'_>| {
            let _ = tell.send(event.to_string());
        };
        let (gateway, operator) = gateway(&config)
            .with_server_observer(Arc::new(observer))
            .with_admin(&[]);
        Self {
            serving: Serving::start(&gateway).await,
            admin: admin::listen(&operator).await,
            events,
            server: flaky.address,
            is_broken,
            n_asked,
            _upstreams: [flaky, there],
        }
    }

    /// Sends requests until there is an event, which is this.
    async fn check(&mut self, expected: &str) {
        let event = loop {
            self.serving.request("GET /x HTTP/1.1", &[]).await;
            if let Ok(event) = self.events.try_recv() {
                break event;
            }
        };
        assert_eq!(event, format!("server {} {expected}", self.server));
    }

    /// Sends requests until the server was asked so often.
    async fn ask_until(&self, n_asked: usize) {
        while self.n_asked.load(Ordering::SeqCst) < n_asked {
            self.serving.request("GET /x HTTP/1.1", &[]).await;
        }
    }

    async fn check_metric(&self, name: &str, expected: u32) {
        let host = format!("host: {}", self.admin);
        let response = admin::ask(self.admin, "GET /metrics HTTP/1.1", &[&host]).await;
        let line = format!("{name}{{server=\"{}\"}} {expected}", self.server);
        let text = response.text();
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn an_ejection_and_a_recovery_are_told_once_each() {
    let mut watched = Watched::start("", "").await;
    watched.check("keeps failing: left alone for 1 s").await;
    watched
        .check_metric("corsac_upstream_ejections_total", 1)
        .await;
    watched.check_metric("corsac_upstream_healthy", 1).await;
    watched.is_broken.store(false, Ordering::SeqCst);
    watched.check("answers again").await;
    watched
        .check_metric("corsac_upstream_ejections_total", 1)
        .await;
    watched.check_metric("corsac_upstream_good", 1).await;
    assert!(watched.events.is_empty());
}

#[tokio::test]
async fn a_single_failure_is_not_told() {
    let watched = Watched::start("", "").await;
    watched.ask_until(1).await;
    watched.is_broken.store(false, Ordering::SeqCst);
    watched.ask_until(3).await;
    assert!(watched.events.is_empty());
}

#[tokio::test]
async fn what_health_checks_find_is_told_once_each() {
    let keys = "health-path = '/healthz'\nhealth-interval = '20ms'";
    let ill = "HTTP/1.1 503 Ill\r\ncontent-length: 0\r\n\r\n";
    let mut watched = Watched::start(ill, keys).await;
    watched.check("fails its health checks: left alone").await;
    watched.check_metric("corsac_upstream_healthy", 0).await;
    watched.check_metric("corsac_upstream_good", 0).await;
    watched.is_broken.store(false, Ordering::SeqCst);
    watched.check("passes its health checks again").await;
    watched.check_metric("corsac_upstream_healthy", 1).await;
    watched
        .check_metric("corsac_upstream_ejections_total", 0)
        .await;
    assert!(watched.events.is_empty());
}
