//! The servers whose configuration a fix can be written in.

use crate::finding::value_of;
use corsac::user_agent::HeaderList;

/// A server, framework or service, by how it is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stack {
    /// axum with corsac-tower.
    Axum,
    /// tower-http.
    TowerHttp,
    /// actix-web.
    Actix,
    /// Express.
    Express,
    /// Fastify.
    Fastify,
    /// NestJS.
    NestJs,
    /// Next.js.
    NextJs,
    /// Django.
    Django,
    /// Flask.
    Flask,
    /// FastAPI.
    FastApi,
    /// Rails.
    Rails,
    /// Laravel.
    Laravel,
    /// Spring.
    Spring,
    /// ASP.NET Core.
    AspNet,
    /// Go with rs/cors.
    GoRs,
    /// Go with jub0bs/cors.
    GoJub0bs,
    /// nginx.
    Nginx,
    /// Apache.
    Apache,
    /// Caddy.
    Caddy,
    /// HAProxy.
    HaProxy,
    /// Envoy.
    Envoy,
    /// Traefik.
    Traefik,
    /// Kubernetes Gateway API.
    GatewayApi,
    /// AWS API Gateway, HTTP API.
    AwsHttpApi,
    /// AWS API Gateway, REST API with Lambda.
    AwsRestApi,
    /// Amazon S3.
    S3,
    /// Amazon CloudFront.
    CloudFront,
    /// Cloudflare Workers.
    CloudflareWorkers,
    /// corsac serve, in front of the server.
    Corsac,
}

/// How fixes for a stack are known to be right. The tests hold that it is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is no more to do to them")]
pub enum Tried {
    /// The real server is blocked without them, and allowed with them.
    Run,
    /// A parser of their language reads them.
    Parsed,
    /// Nothing has read them.
    Not,
}

impl Stack {
    /// All of them.
    pub const ALL: [Self; 29] = [
        Self::Axum,
        Self::TowerHttp,
        Self::Actix,
        Self::Express,
        Self::Fastify,
        Self::NestJs,
        Self::NextJs,
        Self::Django,
        Self::Flask,
        Self::FastApi,
        Self::Rails,
        Self::Laravel,
        Self::Spring,
        Self::AspNet,
        Self::GoRs,
        Self::GoJub0bs,
        Self::Nginx,
        Self::Apache,
        Self::Caddy,
        Self::HaProxy,
        Self::Envoy,
        Self::Traefik,
        Self::GatewayApi,
        Self::AwsHttpApi,
        Self::AwsRestApi,
        Self::S3,
        Self::CloudFront,
        Self::CloudflareWorkers,
        Self::Corsac,
    ];

    /// The name, as options take it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Axum => "axum",
            Self::TowerHttp => "tower-http",
            Self::Actix => "actix",
            Self::Express => "express",
            Self::Fastify => "fastify",
            Self::NestJs => "nestjs",
            Self::NextJs => "nextjs",
            Self::Django => "django",
            Self::Flask => "flask",
            Self::FastApi => "fastapi",
            Self::Rails => "rails",
            Self::Laravel => "laravel",
            Self::Spring => "spring",
            Self::AspNet => "aspnet",
            Self::GoRs => "go-rs",
            Self::GoJub0bs => "go-jub0bs",
            Self::Nginx => "nginx",
            Self::Apache => "apache",
            Self::Caddy => "caddy",
            Self::HaProxy => "haproxy",
            Self::Envoy => "envoy",
            Self::Traefik => "traefik",
            Self::GatewayApi => "gateway-api",
            Self::AwsHttpApi => "aws-http-api",
            Self::AwsRestApi => "aws-rest-api",
            Self::S3 => "s3",
            Self::CloudFront => "cloudfront",
            Self::CloudflareWorkers => "cloudflare-workers",
            Self::Corsac => "corsac",
        }
    }

    /// The stack of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.preamble("title: ")
    }

    /// The file that the configuration usually is in.
    pub(super) fn file(self) -> &'static str {
        self.preamble("file: ")
    }

    /// How its fixes are known to be right.
    #[must_use]
    pub fn tried(self) -> Tried {
        match self.preamble("tried: ") {
            "run" => Tried::Run,
            "parsed" => Tried::Parsed,
            _ => Tried::Not,
        }
    }

    fn preamble(self, key: &str) -> &'static str {
        let mut lines = self.template().lines();
        lines
            .find_map(|line| line.strip_prefix(key))
            .unwrap_or_default()
    }

    pub(super) const fn template(self) -> &'static str {
        match self {
            Self::Axum => include_str!("axum.txt"),
            Self::TowerHttp => include_str!("tower-http.txt"),
            Self::Actix => include_str!("actix.txt"),
            Self::Express => include_str!("express.txt"),
            Self::Fastify => include_str!("fastify.txt"),
            Self::NestJs => include_str!("nestjs.txt"),
            Self::NextJs => include_str!("nextjs.txt"),
            Self::Django => include_str!("django.txt"),
            Self::Flask => include_str!("flask.txt"),
            Self::FastApi => include_str!("fastapi.txt"),
            Self::Rails => include_str!("rails.txt"),
            Self::Laravel => include_str!("laravel.txt"),
            Self::Spring => include_str!("spring.txt"),
            Self::AspNet => include_str!("aspnet.txt"),
            Self::GoRs => include_str!("go-rs.txt"),
            Self::GoJub0bs => include_str!("go-jub0bs.txt"),
            Self::Nginx => include_str!("nginx.txt"),
            Self::Apache => include_str!("apache.txt"),
            Self::Caddy => include_str!("caddy.txt"),
            Self::HaProxy => include_str!("haproxy.txt"),
            Self::Envoy => include_str!("envoy.txt"),
            Self::Traefik => include_str!("traefik.txt"),
            Self::GatewayApi => include_str!("gateway-api.txt"),
            Self::AwsHttpApi => include_str!("aws-http-api.txt"),
            Self::AwsRestApi => include_str!("aws-rest-api.txt"),
            Self::S3 => include_str!("s3.txt"),
            Self::CloudFront => include_str!("cloudfront.txt"),
            Self::CloudflareWorkers => include_str!("cloudflare-workers.txt"),
            Self::Corsac => include_str!("corsac.txt"),
        }
    }

    /// The stack that an answer seems to come from.
    ///
    /// What is nearest to the browser counts, since that is where a missing field can always be
    /// added; but for those that leave CORS to what is behind them.
    #[must_use]
    pub fn guessed(headers: &HeaderList) -> Option<Self> {
        let value = |name: &str| {
            let value = value_of(headers, name.as_bytes()).unwrap_or_default();
            String::from_utf8_lossy(&value).to_ascii_lowercase()
        };
        let of_field = FIELDS.iter().find(|(name, part, _)| {
            headers.contains(name.as_bytes()) && value(name).contains(part)
        });
        of_field.map(|(_, _, stack)| *stack)
    }
}

/// A field, a part of its value in lower case, and whose it is. The first that fits counts: what an
/// application says of itself is more than what a proxy says.
const FIELDS: [(&str, &str, Stack); 27] = [
    ("x-powered-by", "next.js", Stack::NextJs),
    ("x-powered-by", "express", Stack::Express),
    ("x-powered-by", "asp.net", Stack::AspNet),
    ("x-powered-by", "php", Stack::Laravel),
    ("server", "amazons3", Stack::S3),
    ("x-amz-bucket-region", "", Stack::S3),
    ("apigw-requestid", "", Stack::AwsHttpApi),
    ("x-amz-apigw-id", "", Stack::AwsRestApi),
    ("x-amz-cf-id", "", Stack::CloudFront),
    ("server", "kestrel", Stack::AspNet),
    ("server", "werkzeug", Stack::Flask),
    ("server", "wsgiserver", Stack::Django),
    ("server", "gunicorn", Stack::Django),
    ("server", "uvicorn", Stack::FastApi),
    ("server", "hypercorn", Stack::FastApi),
    ("server", "puma", Stack::Rails),
    ("x-runtime", "", Stack::Rails),
    ("server", "jetty", Stack::Spring),
    ("x-application-context", "", Stack::Spring),
    ("server", "envoy", Stack::Envoy),
    ("server", "caddy", Stack::Caddy),
    ("server", "apache", Stack::Apache),
    ("server", "openresty", Stack::Nginx),
    ("server", "nginx", Stack::Nginx),
    ("via", "caddy", Stack::Caddy),
    ("server", "corsac", Stack::Corsac),
    ("cf-ray", "", Stack::CloudflareWorkers),
];
