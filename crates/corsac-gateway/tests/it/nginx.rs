//! nginx, to compare with.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::Stdio;

use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use crate::tls_harness::Files;

/// An nginx on a socket of its own, which ends when it is dropped.
pub(crate) struct Nginx {
    files: Files,
    _child: Child,
}

impl Nginx {
    /// Starts an nginx that forwards everything to an upstream; none if it is not installed.
    pub(crate) async fn start(upstream: SocketAddr) -> Option<Self> {
        let files = Files::new();
        let directory = files.path().display().to_string();
        let config = format!(
            "daemon off; master_process off; pid {directory}/pid; error_log /dev/null;
             events {{ worker_connections 512; }}
             http {{
               access_log off; client_header_timeout 2s; client_body_timeout 2s; keepalive_timeout 2s;
               client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;
               fastcgi_temp_path {directory}/f; uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
               server {{
                 listen unix:{directory}/socket;
                 listen unix:{directory}/http2 http2;
                 location / {{ proxy_pass http://{upstream}; proxy_http_version 1.1; }}
               }}
             }}"
        );
        files.write("nginx.conf", config);
        let mut command = Command::new("nginx");
        command.args(["-p", &directory, "-c", "nginx.conf"]);
        command
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(error) => panic!("nginx does not start: {error}"),
        };
        while UnixStream::connect(files.path().join("socket"))
            .await
            .is_err()
        {
            assert_eq!(child.try_wait().unwrap(), None, "nginx has ended");
            tokio::task::yield_now().await;
        }
        Some(Self {
            files,
            _child: child,
        })
    }

    pub(crate) async fn connect(&self) -> UnixStream {
        let socket = self.files.path().join("socket");
        UnixStream::connect(socket).await.unwrap()
    }

    /// Connects to where it speaks HTTP/2.
    pub(crate) async fn connect_http2(&self) -> UnixStream {
        let socket = self.files.path().join("http2");
        UnixStream::connect(socket).await.unwrap()
    }
}
