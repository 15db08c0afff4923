//! Real browsers are started, driven and stopped.

use std::ffi::OsStr;
use std::sync::Arc;

use corsac_conformance::browsing::{Browser, ConsoleMessage, Engine};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A browser is started, opens a page of either scheme, runs a script that waits, says on its
/// console why a fetch from one origin to another was blocked, and leaves nothing.
async fn check(engine: Engine, says: impl Fn(&str, &str) -> Vec<String>) {
    let mut browser = Browser::start(engine).await.expect("a browser");
    let version = browser.version();
    assert!(
        version.starts_with(|it: char| it.is_ascii_digit()),
        "{version}"
    );

    let (plain, secure) = servers().await;
    let page = format!("http://127.0.0.1:{plain}");
    for origin in [
        &format!("https://127.0.0.1:{secure}"),
        &format!("https://localhost:{secure}"),
        &page,
    ] {
        browser.open(origin).await.expect("the page opens");
        let script = "await new Promise(done => setTimeout(done, 1));
                      return [location.origin, document.title];";
        let seen = browser.evaluate(script).await.expect("the script runs");
        assert_eq!(seen, json!([origin, "a page"]));
    }
    let thrown = browser.evaluate("throw new RangeError('no')").await;
    let thrown = thrown.expect_err("the script throws").to_string();
    assert_eq!(thrown, "the script threw: RangeError: no");

    browser.console().await.expect("a console");
    let other = format!("http://localhost:{plain}");
    let script = format!("return await fetch('{other}').catch(error => error.name)");
    let name = browser.evaluate(&script).await.expect("the script runs");
    assert_eq!(name, "TypeError");
    let texts = |console: Vec<ConsoleMessage>| -> Vec<_> {
        console.into_iter().map(|it| it.text).collect()
    };
    let said = texts(browser.console().await.expect("a console"));
    assert_eq!(said, says(&page, &other));
    let said = texts(browser.console().await.expect("a console"));
    assert_eq!(said, Vec::<String>::new());

    let processes = browser.processes();
    assert!(processes.alive().len() > 1 && processes.directory().exists());
    drop(browser);
    assert_eq!(processes.alive(), Vec::<u32>::new());
    assert!(!processes.directory().exists());
}

#[tokio::test]
async fn chromium_is_driven() {
    check(Engine::Chromium, |page, other| {
        [
            format!(
                "Access to fetch at '{other}/' from origin '{page}' has been blocked by CORS \
                 policy: No 'Access-Control-Allow-Origin' header is present on the requested \
                 resource."
            ),
            "Failed to load resource: net::ERR_FAILED".to_owned(),
        ]
        .into()
    })
    .await;
}

#[tokio::test]
async fn firefox_is_driven() {
    check(Engine::Firefox, |_, other| {
        let text = format!(
            "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote \
             resource at {other}/. (Reason: CORS header ‘Access-Control-Allow-Origin’ missing). \
             Status code: 200."
        );
        vec![text]
    })
    .await;
}

#[tokio::test]
async fn webkit_is_driven() {
    check(Engine::WebKit, |page, other| {
        let reason = format!(
            "Origin {page} is not allowed by Access-Control-Allow-Origin. Status code: 200"
        );
        [
            reason.clone(),
            format!("Fetch API cannot load {other}/ due to access control checks."),
            format!("Failed to load resource: {reason}"),
        ]
        .into()
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_is_not_there_is_named_with_its_package() {
    let said = |engine| async move {
        let started = Browser::start_from(engine, OsStr::new("")).await;
        started.expect_err("there is none").to_string()
    };
    assert_eq!(
        said(Engine::Chromium).await,
        "chromium does not start: there is no chromium; on Debian, apt-get install chromium"
    );
    assert_eq!(
        said(Engine::Firefox).await,
        "firefox does not start: there is no firefox-esr; on Debian, apt-get install firefox-esr"
    );
    assert_eq!(
        said(Engine::WebKit).await,
        "webkit does not start: there is no Xvfb; on Debian, apt-get install xvfb"
    );
}

/// The ports of two servers, the second with a certificate that nobody knows.
async fn servers() -> (u16, u16) {
    let plain = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let secure = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = |it: &TcpListener| it.local_addr().expect("an address").port();
    let ports = (port(&plain), port(&secure));
    tokio::spawn(async move {
        while let Ok((stream, _)) = plain.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    let acceptor = acceptor();
    tokio::spawn(async move {
        while let Ok((stream, _)) = secure.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream).await;
                }
            });
        }
    });
    ports
}

/// Answers one request with a page that no other origin may read.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else {
            return;
        };
        head.push(byte);
    }
    let page = "<!DOCTYPE html><link rel=icon href=data:,><title>a page</title>";
    let response = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{page}",
        page.len()
    );
    stream.write_all(response.as_bytes()).await.ok();
    stream.shutdown().await.ok();
}

fn acceptor() -> TlsAcceptor {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["example.test".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .expect("a certificate and its key");
    Arc::new(config).into()
}
