//! A client that speaks HTTP/2.

use bytes::Bytes;
use h2::client::SendRequest;
use http::{HeaderMap, Request, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite};

/// A connection of HTTP/2.
#[derive(Clone)]
pub(crate) struct Http2(pub(crate) SendRequest<Bytes>);

/// A response as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// None if it did not come to its end.
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) trailers: Option<HeaderMap>,
}

impl Http2 {
    pub(crate) async fn over(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Self {
        let (sender, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        Self(sender)
    }

    /// Sends a request without a body.
    pub(crate) async fn request(&self, request: Request<()>) -> Result<Answer, h2::Error> {
        self.request_with(request, Bytes::new()).await
    }

    pub(crate) async fn request_with(
        &self,
        request: Request<()>,
        body: Bytes,
    ) -> Result<Answer, h2::Error> {
        let mut sender = self.0.clone().ready().await?;
        let (response, mut stream) = sender.send_request(request, body.is_empty())?;
        if !body.is_empty() {
            stream.send_data(body, true)?;
        }
        let (head, mut incoming) = response.await?.into_parts();
        let mut body = Some(Vec::new());
        while let Some(data) = incoming.data().await {
            match data {
                Ok(data) => {
                    incoming.flow_control().release_capacity(data.len())?;
                    body.as_mut().unwrap().extend_from_slice(&data);
                }
                Err(_) => {
                    body = None;
                    break;
                }
            }
        }
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
            trailers: incoming.trailers().await.ok().flatten(),
        })
    }
}

impl Answer {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|it| it.to_str().unwrap())
    }
}

/// A request for `https://gateway.test` with this path, method and fields.
pub(crate) fn request(method: &str, path: &str, fields: &[(&str, &str)]) -> Request<()> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("https://gateway.test{path}"));
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap()
}
