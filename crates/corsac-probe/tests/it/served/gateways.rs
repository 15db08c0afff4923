//! Servers in front of one that knows nothing of preflights and lets everyone in.

use std::path::Path;

use corsac_probe::{Code, Stack};

use super::launch::{Launch, Program};
use super::{Kind, Part, check, check_part};

/// Mends a server that passes preflights on.
fn check_gateway(stack: Stack, launch: Launch) {
    check(&Kind {
        stack,
        launch,
        broken: "preflight-no-handler",
    });
}

/// The text with each line moved to the right.
fn indented(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    let lines = text.lines().map(|line| format!("{indent}{line}\n"));
    lines.collect()
}

#[test]
fn nginx_is_mended() {
    let launch = Launch {
        program: Program::OfSystem("nginx"),
        file: "nginx.conf",
        config: |directory, (port, behind), snippet| {
            let (http, server) = snippet.split_once("# In server").unwrap_or_default();
            let directory = directory.display();
            let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .iter()
                .map(|it| format!("{it}_temp_path {directory}/{it};\n"))
                .collect();
            format!(
                "daemon off; master_process off; pid {directory}/pid; error_log stderr;\n\
                 events {{}}\nhttp {{\naccess_log off;\n{temporary}{http}\nserver {{\n\
                 listen 127.0.0.1:{port};\n# {server}\n\
                 location / {{ proxy_pass http://127.0.0.1:{behind}; }}\n}}\n}}\n"
            )
        },
        arguments: |path, _| vec!["-c".to_owned(), path.display().to_string()],
    };
    check_gateway(Stack::Nginx, launch);
}

#[test]
fn haproxy_is_mended() {
    let launch = Launch {
        program: Program::OfSystem("haproxy"),
        file: "haproxy.cfg",
        config: |_, (port, behind), snippet| {
            format!(
                "defaults\nmode http\ntimeout connect 5s\ntimeout client 5s\ntimeout server 5s\n\
                 frontend front\nbind 127.0.0.1:{port}\n{snippet}\ndefault_backend behind\n\
                 backend behind\nserver one 127.0.0.1:{behind}\n"
            )
        },
        arguments: |path, _| vec!["-f".to_owned(), path.display().to_string()],
    };
    check_gateway(Stack::HaProxy, launch);
}

#[test]
fn apache_is_mended() {
    let launch = Launch {
        program: Program::OfSystem("apache2"),
        file: "apache2.conf",
        config: |directory, (port, behind), snippet| {
            let directory = directory.display();
            let modules = [
                "mpm_event",
                "authz_core",
                "headers",
                "setenvif",
                "rewrite",
                "proxy",
                "proxy_http",
            ];
            let modules: String = modules
                .iter()
                .map(|it| format!("LoadModule {it}_module /usr/lib/apache2/modules/mod_{it}.so\n"))
                .collect();
            format!(
                "ServerRoot {directory}\nServerName localhost\nListen 127.0.0.1:{port}\n\
                 PidFile {directory}/pid\nErrorLog /dev/stderr\n{modules}\
                 <VirtualHost *:{port}>\n{snippet}\nProxyPass / http://127.0.0.1:{behind}/\n\
                 </VirtualHost>\n"
            )
        },
        arguments: |path, _| {
            let config = path.display().to_string();
            vec!["-X".to_owned(), "-f".to_owned(), config]
        },
    };
    check_gateway(Stack::Apache, launch);
}

#[test]
fn caddy_is_mended() {
    let launch = Launch {
        program: Program::OfPython("caddy"),
        file: "Caddyfile",
        config: |directory, (port, behind), snippet| {
            let site = format!("{snippet}\nreverse_proxy 127.0.0.1:{behind}");
            caddyfile(directory, port, &site)
        },
        arguments: run_caddyfile,
    };
    check_gateway(Stack::Caddy, launch);
}

fn run_caddyfile(path: &Path, _: u16) -> Vec<String> {
    let config = path.display().to_string();
    ["run", "--adapter", "caddyfile", "--config", &config]
        .map(str::to_owned)
        .into()
}

/// A site of Caddy with these lines.
fn caddyfile(directory: &Path, port: u16, site: &str) -> String {
    let directory = directory.display();
    format!(
        "{{\nadmin off\nauto_https off\nstorage file_system {directory}\n}}\n\
         http://127.0.0.1:{port} {{\n{site}\n}}\n"
    )
}

#[test]
fn errors_of_caddy_are_mended() {
    let launch = Launch {
        program: Program::OfPython("caddy"),
        file: "Caddyfile",
        config: |directory, (port, behind), snippet| {
            let site = format!("error /broken 500\nreverse_proxy 127.0.0.1:{behind}\n{snippet}");
            caddyfile(directory, port, &site)
        },
        arguments: run_caddyfile,
    };
    check_part(&Part {
        stack: Stack::Caddy,
        launch,
        code: Code::NoAllowOriginOnError,
        before: Some(Code::NoAllowOrigin),
        path: "/broken",
        broken: &["server-error", "no-allow-origin-on-error"],
        mended: &["server-error"],
    });
}

#[test]
fn a_second_field_behind_caddy_is_mended() {
    let launch = Launch {
        program: Program::OfPython("caddy"),
        file: "Caddyfile",
        config: |directory, (port, behind), snippet| {
            let behind = format!("127.0.0.1:{behind}");
            let proxy = match snippet {
                "" => format!("reverse_proxy {behind}"),
                snippet => snippet.replace("YOUR-SERVER", &behind),
            };
            let own = "header Access-Control-Allow-Origin https://app.example";
            caddyfile(directory, port, &format!("{own}\n{proxy}"))
        },
        arguments: run_caddyfile,
    };
    check_part(&Part {
        stack: Stack::Caddy,
        launch,
        code: Code::AllowOriginDuplicate,
        before: None,
        path: "/pets",
        broken: &["allow-origin-duplicate"],
        mended: &[],
    });
}

#[test]
fn traefik_is_mended() {
    let launch = Launch {
        program: Program::OfPython("traefik"),
        file: "dynamic.yaml",
        config: |_, (_, behind), snippet| {
            let (start, middlewares) = match snippet {
                "" => ("http:", ""),
                snippet => (snippet, "\n      middlewares: [cors, no-upstream-cors]"),
            };
            format!(
                "{start}\n  routers:\n    all:\n      rule: PathPrefix(`/`)\n      \
                 service: behind{middlewares}\n  services:\n    behind:\n      loadBalancer:\n        \
                 servers: [{{ url: 'http://127.0.0.1:{behind}' }}]\n"
            )
        },
        arguments: |path, port| {
            let path = path.display();
            vec![
                format!("--entryPoints.web.address=127.0.0.1:{port}"),
                format!("--providers.file.filename={path}"),
                "--global.checkNewVersion=false".to_owned(),
                "--global.sendAnonymousUsage=false".to_owned(),
            ]
        },
    };
    check_gateway(Stack::Traefik, launch);
}

#[test]
fn envoy_is_mended() {
    let launch = Launch {
        program: Program::OfPython("envoy"),
        file: "envoy.yaml",
        config: |_, ports, snippet| envoy_config(ports, snippet),
        arguments: run_envoy,
    };
    check_gateway(Stack::Envoy, launch);
}

#[test]
fn a_second_field_behind_envoy_is_mended() {
    let launch = Launch {
        program: Program::OfPython("envoy"),
        file: "envoy.yaml",
        config: |_, ports, snippet| {
            let own = "response_headers_to_add: [{ header: { key: access-control-allow-origin, \
                       value: 'https://app.example' }, append_action: APPEND_IF_EXISTS_OR_ADD }]";
            let host = snippet.trim_start().trim_start_matches(IN_HOST);
            envoy_config(ports, &format!("{IN_HOST}{own}\n{host}"))
        },
        arguments: run_envoy,
    };
    check_part(&Part {
        stack: Stack::Envoy,
        launch,
        code: Code::AllowOriginDuplicate,
        before: None,
        path: "/pets",
        broken: &["allow-origin-duplicate"],
        mended: &[],
    });
}

const IN_HOST: &str = "# In the virtual host:\n";

fn envoy_config((port, behind): (u16, u16), snippet: &str) -> String {
    let parts = snippet.split_once(IN_HOST);
    let (filters, host) = parts.unwrap_or_default();
    let filters = filters
        .split_once("http_filters:\n")
        .map_or("", |(_, filters)| filters);
    let (filters, host) = (indented(filters, 10), indented(host, 14));
    let address =
        |port: u16| format!("{{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }}");
    format!(
        r#"static_resources:
  listeners:
  - address: {front}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: front
          http_filters:
{filters}          - name: envoy.filters.http.router
            typed_config: {{ "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }}
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [{{ match: {{ prefix: / }}, route: {{ cluster: behind }} }}]
{host}  clusters:
  - name: behind
    load_assignment:
      cluster_name: behind
      endpoints: [{{ lb_endpoints: [{{ endpoint: {{ address: {behind} }} }}] }}]
"#,
        front = address(port),
        behind = address(behind),
    )
}

fn run_envoy(path: &Path, _: u16) -> Vec<String> {
    let config = path.display().to_string();
    let fixed = ["--concurrency", "1", "--disable-hot-restart", "-c"];
    let words = fixed.into_iter().chain([config.as_str()]);
    words.map(str::to_owned).collect()
}
