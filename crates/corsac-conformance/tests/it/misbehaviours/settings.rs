//! What only a browser runs into that is told something: Chromium with an argument.

use std::time::Duration;

use corsac_conformance::browsing::{
    Answer, Browser, Call, Page, Place, Places, Route, Scenario, Stage,
};
use corsac_fetch::client::ClientOptions;
use corsac_fetch::{FetchRequest, Profile};
use corsac_probe::{Asides, Code, Probe, Verdict};
use url::Url;

use super::case::closed_port;
use super::{End, end};

/// A page over http that asks another port, and is allowed everything.
fn allowed() -> Scenario {
    let url = "{port}{here}a".to_owned();
    Scenario {
        page: Page {
            place: Place::Home,
            sandboxed: false,
        },
        routes: vec![Route {
            at: url.clone(),
            answers: vec![Answer {
                status: 200,
                headers: vec![("Access-Control-Allow-Origin".to_owned(), "*".to_owned())],
                ..Answer::default()
            }],
            ..Route::default()
        }],
        calls: vec![Call {
            url,
            method: "GET".to_owned(),
            ..Call::default()
        }],
    }
}

/// The check of that scenario in Chromium alone.
fn probe(stage: &Stage) -> Probe {
    let scenario = allowed();
    let id = stage.serve(&scenario);
    let page = scenario
        .page
        .url(stage.places())
        .parse()
        .expect("a page has a URL");
    let request = FetchRequest::new(stage.places().filled(&scenario.calls[0].url, id));
    let mut probe = Probe::new(corsac_fetch::Page::new(page), request);
    probe.profiles = vec![Profile::Chromium];
    probe.asides = Asides::None;
    probe
}

/// Chromium with these arguments blocks the page, and a check that is told the same finds why.
async fn check(
    stage: &Stage,
    arguments: &[String],
    (probe, options): (Probe, ClientOptions),
    code: Code,
) {
    let mut browser = Browser::start_chromium_with(arguments)
        .await
        .expect("a browser");
    let observations = stage
        .play(&[allowed()], &mut browser)
        .await
        .expect("it plays");
    assert_eq!(
        end(&observations[0]),
        End::Blocked,
        "{code}: {observations:?}"
    );
    let report = probe.run(&options, Duration::ZERO).await.expect("a report");
    assert_ne!(report.verdict, Verdict::Allowed);
    assert_eq!(report.findings.first().map(|it| it.code), Some(code));
}

fn port(places: &Places, place: Place) -> u16 {
    let origin = Url::parse(&places.origin(place)).expect("an origin is a URL");
    origin.port().expect("a place has a port")
}

/// What a proxy on this port makes of the page's request.
async fn check_proxy(proxy: u16, code: Code) {
    let stage = Stage::start().await.expect("servers");
    let page = port(stage.places(), Place::Home);
    let arguments = [
        format!("--proxy-server=http://127.0.0.1:{proxy}"),
        // All but the page itself goes through the proxy, this machine too.
        format!("--proxy-bypass-list=<-loopback>;localhost:{page}"),
    ];
    let proxy = format!("http://127.0.0.1:{proxy}").parse();
    let options = ClientOptions {
        proxy: Some(proxy.expect("the address of a proxy")),
        ..ClientOptions::default()
    };
    let asked = (probe(&stage), options);
    check(&stage, &arguments, asked, code).await;
}

#[tokio::test]
async fn nothing_listens_where_the_proxy_should_be() {
    check_proxy(closed_port(), Code::ProxyFailed).await;
}
