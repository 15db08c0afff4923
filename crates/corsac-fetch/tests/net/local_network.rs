//! Who may talk to this machine, over real connections.

use corsac_fetch::address_space::Permission;
use corsac_fetch::client::{Client, ClientOptions};
use corsac_fetch::{FetchRequest, Page, Profile, UserAgent};

use super::server::{Server, answer};

const SHARED: &str =
    "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\nok";

/// What comes of a GET by a page from the internet, and whether the server was asked anything.
async fn check(profile: Profile, permission: Permission) -> (Option<&'static str>, bool) {
    let mut server = Server::start([answer(SHARED)]).await;
    let user_agent = UserAgent::new(profile).with_local_network_permission(permission);
    let client = Client::new(user_agent, &ClientOptions::default()).expect("options");
    let mut page = Page::new("https://app.example/".parse().expect("a URL"));
    page.address = Some([203, 0, 113, 7].into());
    let request = FetchRequest::new(server.url("/"));
    let response = client.fetch(&page, request).await.expect("a request");
    drop(client);
    let code = response.outcome.result.err().map(|it| it.code());
    (code, server.last_request().await.is_some())
}

#[tokio::test]
async fn nothing_is_sent_to_this_machine_without_a_permission() {
    let asked = check(Profile::Chromium, Permission::Prompt).await;
    assert_eq!(asked, (Some("local-network/permission-prompt"), false));
    let denied = check(Profile::Chromium, Permission::Denied).await;
    assert_eq!(denied, (Some("local-network/permission-denied"), false));
}

#[tokio::test]
async fn with_a_permission_or_another_engine_it_is() {
    for (profile, permission) in [
        (Profile::Chromium, Permission::Granted),
        (Profile::Firefox, Permission::Denied),
        (Profile::WebKit, Permission::Denied),
        (Profile::Spec, Permission::Denied),
    ] {
        assert_eq!(
            check(profile, permission).await,
            (None, true),
            "{profile:?}"
        );
    }
}

#[tokio::test]
async fn where_a_proxy_connects_is_not_known_and_not_checked() {
    let mut proxy = Server::start([answer(SHARED)]).await;
    let options = ClientOptions {
        proxy: Some(proxy.url("").parse().expect("a proxy")),
        ..ClientOptions::default()
    };
    let user_agent = UserAgent::new(Profile::Chromium);
    let client = Client::new(user_agent, &options).expect("options");
    let mut page = Page::new("http://localhost/".parse().expect("a URL"));
    page.address = Some([203, 0, 113, 7].into());
    let request = FetchRequest::new("http://api.example/");
    let response = client.fetch(&page, request).await.expect("a request");
    drop(client);
    let code = response.outcome.result.err().map(|it| it.code());
    assert_eq!(code, None);
    assert!(proxy.last_request().await.is_some());
}
