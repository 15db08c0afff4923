//! actix-web, with actix-cors.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;

use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use actix_web::{App, HttpResponse, HttpServer, web};
use corsac_probe::Stack;

use super::{check, check_source, listener};

/// An application that knows nothing of CORS.
fn routes(config: &mut web::ServiceConfig) {
    let pets = || async { HttpResponse::Ok().insert_header(("x-total", "3")).finish() };
    let resource = web::resource("/pets");
    config.service(
        resource
            .route(web::get().to(pets))
            .route(web::put().to(pets)),
    );
}

/// A server in a thread of its own, as actix has it.
macro_rules! serve {
    ($app:expr) => {{
        let (listener, address) = listener();
        let (sender, handle) = mpsc::channel();
        thread::spawn(move || {
            System::new().block_on(async move {
                let server = HttpServer::new($app).workers(1).disable_signals();
                let server = server.listen(listener).unwrap().run();
                sender.send(server.handle()).unwrap();
                server.await
            })
        });
        let served: (SocketAddr, ServerHandle) = (address, handle.recv().unwrap());
        served
    }};
}

#[tokio::test]
async fn actix_is_mended_with_actix_cors() {
    check_source(Stack::Actix, include_str!("actix.rs"));
    let (broken, of_broken) = serve!(|| App::new().configure(routes));
    let (mended, of_mended) = serve!(|| {
        use actix_cors::Cors;

        let cors = Cors::default()
            .allowed_origin("https://app.example")
            .allowed_methods(["GET", "HEAD", "POST", "PUT"])
            .allowed_headers(["content-type", "x-one"])
            .expose_headers(["x-total"])
            .supports_credentials()
            .max_age(7200);
        App::new().wrap(cors).configure(routes)
    });
    check(broken, mended).await;
    of_broken.stop(false).await;
    of_mended.stop(false).await;
}
