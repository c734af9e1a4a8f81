//! scimwire in actix-web: one handler for all paths below the base URL.
//!
//! `cargo run -p mounts --example actix`, then `curl http://127.0.0.1:8080/scim/v2/Users`.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, PayloadConfig, scope, to};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use scimwire::{Dispatcher, MemoryDirectory, ResourceType};

/// The limit of a body, as in the dispatcher's `Limits`.
const BODY_BYTES: usize = 1024 * 1024;

/// Converts the types of `http`, of which actix-web uses another version.
async fn scim(dispatcher: Data<Dispatcher>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let mut asked =
        http::Request::builder().method(request.method().as_str()).uri(request.uri().to_string());
    for (name, value) in request.headers() {
        asked = asked.header(name.as_str(), value.as_bytes());
    }
    let Ok(asked) = asked.body(body) else {
        return HttpResponse::BadRequest().finish();
    };
    let answer = dispatcher.dispatch(asked).await;
    let status = StatusCode::from_u16(answer.status().as_u16());
    let mut response = HttpResponse::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    for (name, value) in answer.headers() {
        response.append_header((name.as_str(), value.as_bytes()));
    }
    response.body(answer.into_body())
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = MemoryDirectory::new();
    let scim_service = Dispatcher::builder("http://127.0.0.1:8080/scim/v2")
        .store(directory.store(ResourceType::user()))
        .store(directory.store(ResourceType::group()))
        .unauthenticated()
        .build()?;
    let scim_service = Data::new(scim_service);
    let app = move || {
        App::new()
            .app_data(Data::clone(&scim_service))
            .app_data(PayloadConfig::new(BODY_BYTES))
            .service(scope("/scim/v2").default_service(to(scim)))
    };
    Ok(HttpServer::new(app).bind(("127.0.0.1", 8080))?.run().await?)
}
