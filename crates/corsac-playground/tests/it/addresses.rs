//! Who listens where.

use std::{net::TcpListener, time::Duration};

use corsac_playground::{Playground, Ports};
use tokio::sync::oneshot;

use crate::demo::{Demo, Message};

#[test]
fn the_ports_of_the_guide_are_the_default() {
    assert_eq!(
        Ports::default(),
        Ports {
            page: 3000,
            api: 3001,
            gateway: 3002
        }
    );
}

#[test]
fn an_address_displays_as_an_origin_on_the_loopback_address() {
    let playground = Playground::bind(Ports {
        page: 0,
        api: 0,
        gateway: 0,
    })
    .unwrap();
    let page = playground.addresses().page();
    assert_eq!(
        page.to_string(),
        format!("http://127.0.0.1:{}", page.socket().port())
    );
    assert_eq!(page.taken(), None);
}

#[test]
fn a_taken_port_is_replaced_by_the_next_free_one() {
    let other = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let taken = other.local_addr().unwrap().port();
    let playground = Playground::bind(Ports {
        page: taken,
        api: 0,
        gateway: 0,
    })
    .unwrap();
    let page = playground.addresses().page();
    assert_eq!(page.taken(), Some(taken));
    assert!(
        (taken + 1..taken + 100).contains(&page.socket().port()),
        "{page}"
    );
}

#[test]
fn two_parts_that_want_the_same_port_get_two() {
    let free = TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let playground = Playground::bind(Ports {
        page: free,
        api: free,
        gateway: free,
    })
    .unwrap();
    let addresses = playground.addresses();
    let ports =
        [addresses.page(), addresses.api(), addresses.gateway()].map(|it| it.socket().port());
    assert!(ports[0] < ports[1] && ports[1] < ports[2], "{ports:?}");
}

#[tokio::test]
async fn each_part_answers_where_it_says() {
    let demo = Demo::start();
    let page = demo
        .at_page(&Message::new("GET", "/").field("host", &demo.host()))
        .await;
    assert!(page.body.contains(&demo.addresses.api().to_string()));
    let pets = Message::new("GET", "/pets").field("host", "127.0.0.1");
    assert_eq!(
        demo.at_api(&pets).await.body,
        demo.at_gateway(&pets).await.body
    );
}

#[tokio::test]
async fn it_ends_when_it_is_told_to() {
    let playground = Playground::bind(Ports {
        page: 0,
        api: 0,
        gateway: 0,
    })
    .unwrap();
    let port = playground.addresses().api().socket().port();
    let (end, ended) = oneshot::channel();
    let running = tokio::spawn(playground.run(async { ended.await.unwrap() }));
    let request = Message::new("GET", "/pets").field("host", "127.0.0.1");
    assert_eq!(request.send(port).await.status, 200);
    end.send(()).unwrap();
    let result = tokio::time::timeout(Duration::from_secs(30), running).await;
    result.expect("it ends").unwrap().unwrap();
    assert!(
        tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .is_err()
    );
}
