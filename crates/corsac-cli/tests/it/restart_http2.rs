//! A new `corsac serve` takes over while clients ask for more over HTTP/2 with TLS: what is under
//! way is answered, and what comes later goes to the new one.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use h2::client::SendRequest;
use http::Request;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::reload::pem;
use crate::restart::{Load, Shared, config, restarted, start_with};
use crate::{Running, TestFile};

/// Connections, and requests at a time on each.
const CLIENTS: usize = 3;
const AT_A_TIME: usize = 4;

/// The name that the certificate is for.
const HOST: &str = "restart.test";

/// A certificate for the gateway, with what clients trust it by.
struct Pair {
    /// The certificate and its key, there for as long as this is.
    files: [TestFile; 2],
    connector: TlsConnector,
}

impl Pair {
    fn new(name: &str) -> Self {
        let made = rcgen::generate_simple_self_signed([HOST.to_owned()]).unwrap();
        let certificate = pem("CERTIFICATE", made.cert.der());
        let certificate = TestFile::new(&format!("{name}.pem"), certificate);
        let key = pem("PRIVATE KEY", &made.signing_key.serialize_der());
        let key = TestFile::new(&format!("{name}.key"), key);
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        Self {
            files: [certificate, key],
            connector: TlsConnector::from(Arc::new(config)),
        }
    }

    fn settings(&self) -> String {
        let [certificate, key] = self.files.each_ref().map(TestFile::path);
        format!("[[tls]]\ncertificate = '{certificate}'\nkey = '{key}'\n")
    }

    /// Clients that ask without a pause.
    fn load(&self, address: &str) -> Load {
        Load::of(address, |shared| {
            let clients = (0..CLIENTS).map(|_| {
                let (shared, connector) = (Arc::clone(shared), self.connector.clone());
                thread::spawn(move || {
                    let builder = &mut tokio::runtime::Builder::new_current_thread();
                    let runtime = builder.enable_all().build().unwrap();
                    runtime.block_on(ask(&shared, &connector));
                })
            });
            clients.collect()
        })
    }
}

/// Asks over one connection after the other: each until the gateway says that it is the last.
async fn ask(shared: &Arc<Shared>, connector: &TlsConnector) {
    while !shared.is_over() {
        let Ok(sender) = open(shared, connector).await else {
            shared.lost();
            continue;
        };
        let mut asking = JoinSet::new();
        for _ in 0..AT_A_TIME {
            asking.spawn(ask_over(Arc::clone(shared), sender.clone()));
        }
        asking.join_all().await;
    }
}

async fn open(shared: &Shared, connector: &TlsConnector) -> io::Result<SendRequest<Bytes>> {
    let stream = TcpStream::connect(shared.address()).await?;
    stream.set_nodelay(true)?;
    let name = ServerName::try_from(HOST).map_err(io::Error::other)?;
    let stream = connector.connect(name, stream).await?;
    let opened = h2::client::handshake(stream).await;
    let (sender, connection) = opened.map_err(io::Error::other)?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn ask_over(shared: Arc<Shared>, sender: SendRequest<Bytes>) {
    while !shared.is_over() {
        // A connection that takes no more says so before anything is sent.
        let Ok(sender) = sender.clone().ready().await else {
            return;
        };
        match request(sender).await {
            Ok(body) => {
                assert_eq!(body, b"pets");
                shared.answered();
            }
            // What the gateway has not looked at, it says, and is sent again.
            Err(error) if is_left(&error) => return,
            Err(_) => shared.lost(),
        }
    }
}

async fn request(mut sender: SendRequest<Bytes>) -> Result<Vec<u8>, h2::Error> {
    let request = Request::get(format!("https://{HOST}/")).body(()).unwrap();
    let (response, _) = sender.send_request(request, true)?;
    let mut stream = response.await?.into_body();
    let mut body = Vec::new();
    while let Some(part) = stream.data().await {
        let part = part?;
        body.extend(&part);
        stream.flow_control().release_capacity(part.len())?;
    }
    Ok(body)
}

/// Is it [a request that was not looked at](https://www.rfc-editor.org/rfc/rfc9113#section-6.8)?
fn is_left(error: &h2::Error) -> bool {
    error.is_remote() && error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR)
}

#[test]
fn a_socket_that_is_handed_over_loses_no_request_over_http_2() {
    let pair = Pair::new("restart-socket-http2");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let config = config("restart-socket-http2.toml", &pair.settings(), "192.0.2.1:1");
    let mut old = start_with(&listener, &config);
    assert_eq!(old.wait_for_note("listening on https://"), address);
    let start = || start_with(&listener, &config);
    let (n_answered, n_lost) = restarted(old, pair.load(&address), start);
    assert_eq!(n_lost, 0, "of {n_answered}");
}

#[test]
fn a_port_that_is_shared_loses_no_request_over_http_2() {
    let pair = Pair::new("restart-port-http2");
    let settings = format!("reuse-port = true\n{}", pair.settings());
    let first = config("restart-port-http2-first.toml", &settings, "127.0.0.1:0");
    let mut old = Running::start(&["serve", "-c", first.path()]);
    let address = old.wait_for_note("listening on https://");
    let config = config("restart-port-http2.toml", &settings, &address);
    let start = || Running::start(&["serve", "-c", config.path()]);
    let (n_answered, n_lost) = restarted(old, pair.load(&address), start);
    assert_eq!(n_lost, 0, "of {n_answered}");
}
