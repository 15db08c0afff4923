//! A server that says the same to everyone, as fast as it can.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

/// A server on a thread of its own, for as long as the program runs.
pub(crate) struct Server {
    address: SocketAddr,
}

impl Server {
    /// Starts one that answers with so many bytes.
    pub(crate) fn start(n_bytes: usize) -> Self {
        let head = format!(
            "HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 00:00:00 GMT\r\nServer: bench\r\n\
             Content-Type: text/plain\r\nCache-Control: no-store\r\n\
             Access-Control-Allow-Origin: *\r\nContent-Length: {n_bytes}\r\n\r\n"
        );
        let response = [head.into_bytes(), vec![b'x'; n_bytes]].concat();
        let response: &'static [u8] = response.leak();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            let runtime = Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, response));
                }
            });
        });
        Self { address }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

/// Answers whenever a read ends in an empty line: the clients send small heads, one at a time.
async fn serve(mut stream: TcpStream, response: &[u8]) {
    let mut buffer = [0; 4096];
    while let Ok(n_bytes @ 1..) = stream.read(&mut buffer).await {
        if buffer[..n_bytes].ends_with(b"\r\n\r\n") && stream.write_all(response).await.is_err() {
            return;
        }
    }
}
