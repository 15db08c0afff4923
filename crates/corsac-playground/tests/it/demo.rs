//! A running demo, and a client that says exactly what a test wants to say.

use std::{fmt::Write as _, io, time::Duration};

use corsac_playground::{Addresses, Playground, Ports};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};

/// A demo on free ports. It ends when it is dropped.
pub(crate) struct Demo {
    pub(crate) addresses: Addresses,
    task: JoinHandle<()>,
}

impl Demo {
    pub(crate) fn start() -> Self {
        let playground = Playground::bind(Ports {
            page: 0,
            api: 0,
            gateway: 0,
        })
        .unwrap();
        let addresses = *playground.addresses();
        let task = tokio::spawn(async move {
            playground.run(std::future::pending()).await.unwrap();
        });
        Self { addresses, task }
    }

    pub(crate) fn page(&self) -> String {
        self.addresses.page().to_string()
    }

    pub(crate) async fn at_page(&self, request: &Message) -> Answer {
        request.send(self.addresses.page().socket().port()).await
    }

    pub(crate) async fn at_api(&self, request: &Message) -> Answer {
        request.send(self.addresses.api().socket().port()).await
    }

    pub(crate) async fn at_gateway(&self, request: &Message) -> Answer {
        request.send(self.addresses.gateway().socket().port()).await
    }

    /// The token that is in the page.
    pub(crate) async fn token(&self) -> String {
        let page = self
            .at_page(&Message::new("GET", "/").field("host", &self.host()))
            .await;
        let (_, rest) = page
            .body
            .split_once(r#"name="corsac-token" content=""#)
            .unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    /// The authority of the page's listener.
    pub(crate) fn host(&self) -> String {
        self.addresses.page().socket().to_string()
    }

    /// What the page itself would send.
    pub(crate) async fn own(&self, method: &str, target: &str) -> Message {
        let message = Message::new(method, target)
            .field("host", &self.host())
            .field("x-corsac-token", &self.token().await);
        match method {
            "GET" => message,
            _ => message
                .field("origin", &self.page())
                .field("content-type", "application/json"),
        }
    }

    /// Applies a policy as the page does, and returns what the editor shows.
    pub(crate) async fn apply(&self, policy: &str) -> Value {
        let body = serde_json::json!({ "policy": policy }).to_string();
        let answer = self
            .at_page(&self.own("POST", "/policy").await.body(&body))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// What the page learns about a press.
    pub(crate) async fn press(&self, question: &str) -> Value {
        let target = format!("/exchanges?{question}");
        let answer = self.at_page(&self.own("GET", &target).await).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A request, line by line.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    start: String,
    fields: Vec<(String, String)>,
    body: String,
}

impl Message {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        let start = format!("{method} {target} HTTP/1.1");
        Self {
            start,
            fields: Vec::new(),
            body: String::new(),
        }
    }

    pub(crate) fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The message without any line of a field.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(it, _)| it != name);
        self
    }

    /// The message with another value of a field.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        self.without(name).field(name, value)
    }

    pub(crate) fn body(self, body: &str) -> Self {
        Self {
            body: body.to_owned(),
            ..self
        }
    }

    pub(crate) async fn send(&self, port: u16) -> Answer {
        let mut text = format!("{}\r\nconnection: close\r\n", self.start);
        for (name, value) in &self.fields {
            write!(text, "{name}: {value}\r\n").unwrap();
        }
        if !self.body.is_empty() {
            write!(text, "content-length: {}\r\n", self.body.len()).unwrap();
        }
        write!(text, "\r\n{}", self.body).unwrap();
        let exchange = async {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
            stream.write_all(text.as_bytes()).await?;
            read_answer(stream).await
        };
        let answer = timeout(PATIENCE, exchange)
            .await
            .expect("an answer in time")
            .unwrap();
        Answer::of(&String::from_utf8(answer).unwrap())
    }
}

/// Reads until the body is as long as it says, or the connection ends: not everyone closes it.
async fn read_answer(mut stream: TcpStream) -> io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    loop {
        if answered_len(&answer).is_some_and(|it| answer.len() >= it) {
            return Ok(answer);
        }
        if stream.read_buf(&mut answer).await? == 0 {
            return Ok(answer);
        }
    }
}

fn answered_len(answer: &[u8]) -> Option<usize> {
    let head_len = answer.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let head = str::from_utf8(&answer[..head_len])
        .ok()?
        .to_ascii_lowercase();
    let (_, rest) = head.split_once("content-length:")?;
    Some(head_len + rest.lines().next()?.trim().parse::<usize>().ok()?)
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    fn of(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("a response has a head");
        let mut lines = head.lines();
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let fields = lines
            .map(|line| {
                line.split_once(": ")
                    .unwrap_or_else(|| (line.trim_end_matches(':'), ""))
            })
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self {
            status,
            fields,
            body: body.to_owned(),
        }
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| &**value)
    }

    pub(crate) fn has_cors_field(&self) -> bool {
        self.fields
            .iter()
            .any(|(name, _)| name.starts_with("access-control-"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("the body is JSON")
    }
}

/// Nothing here takes long; a loaded machine may.
const PATIENCE: Duration = Duration::from_secs(30);
